namespace AlbertNative.Tokenization;

/// <summary>What one part of a template stands for.</summary>
internal enum TemplatePartKind
{
    Special,
    First,
    Second,
}

/// <summary>One part of a template: a special token, or all tokens of one text.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="Id">The special token's id; unused otherwise.</param>
/// <param name="TokenTypeId">The token type of everything in this part.</param>
internal readonly record struct TemplatePart(TemplatePartKind Kind, int Id, int TokenTypeId);

/// <summary>How one text, and how a pair, is surrounded by special tokens.</summary>
internal sealed class SequenceTemplate
{
    public SequenceTemplate(IReadOnlyList<TemplatePart> single, IReadOnlyList<TemplatePart> pair)
    {
        Single = [.. single];
        Pair = [.. pair];
    }

    /// <summary>Texts alone, without special tokens.</summary>
    public static SequenceTemplate Bare { get; } = new(
        [new(TemplatePartKind.First, 0, 0)], [new(TemplatePartKind.First, 0, 0), new(TemplatePartKind.Second, 0, 1)]);

    /// <summary>The parts around one text.</summary>
    public TemplatePart[] Single { get; }

    /// <summary>The parts around a pair.</summary>
    public TemplatePart[] Pair { get; }

    /// <summary><c>[CLS] A [SEP]</c> and <c>[CLS] A [SEP] B [SEP]</c>, the second text and its end being type 1.</summary>
    public static SequenceTemplate Bert(int cls, int sep) => new(
        [new(TemplatePartKind.Special, cls, 0), new(TemplatePartKind.First, 0, 0), new(TemplatePartKind.Special, sep, 0)],
        [
            new(TemplatePartKind.Special, cls, 0), new(TemplatePartKind.First, 0, 0), new(TemplatePartKind.Special, sep, 0),
            new(TemplatePartKind.Second, 0, 1), new(TemplatePartKind.Special, sep, 1),
        ]);

    /// <summary>The number of special tokens around one text or a pair.</summary>
    public int SpecialCount(bool pair)
    {
        int count = 0;
        foreach (TemplatePart part in pair ? Pair : Single)
            count += part.Kind == TemplatePartKind.Special ? 1 : 0;
        return count;
    }
}
