using System.Globalization;
using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>Makes entities of tokens' IOB tags, as Spark NLP's class of that name: a change of type without a <c>B-</c> opens no new one.</summary>
public sealed class NerConverter : RowAnnotator
{
    private const string Outside = "O";

    private static readonly Parameter WhiteListParameter = Parameter.Texts("whiteList", null);
    private static readonly Parameter PreservePositionParameter = Parameter.Flag("preservePosition", true);
    private static readonly Parameter NerHasNoSchemaParameter = Parameter.Flag("nerHasNoSchema", false);

    /// <summary>The types of entities that are kept; all where none are set.</summary>
    public IReadOnlyList<string> WhiteList
    {
        get => Get<IReadOnlyList<string>>(WhiteListParameter) ?? [];
        init => Set(WhiteListParameter, value);
    }

    /// <summary>Whether an entity's text is the part of the sentence that it covers; otherwise its first token alone.</summary>
    public bool PreservePosition
    {
        get => Get<bool>(PreservePositionParameter);
        init => Set(PreservePositionParameter, value);
    }

    /// <summary>Whether tags are types, without <c>B-</c> and <c>I-</c>.</summary>
    public bool NerHasNoSchema
    {
        get => Get<bool>(NerHasNoSchemaParameter);
        init => Set(NerHasNoSchemaParameter, value);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputTypes { get; } =
        [AnnotatorTypes.Document, AnnotatorTypes.Token, AnnotatorTypes.NamedEntity];

    /// <inheritdoc/>
    public override string OutputType => AnnotatorTypes.Chunk;

    private protected override IEnumerable<Parameter> AnnotatorParameters =>
        [WhiteListParameter, PreservePositionParameter, NerHasNoSchemaParameter];

    /// <inheritdoc/>
    public override IReadOnlyList<Annotation> Annotate(IReadOnlyList<Annotation> annotations)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        Dictionary<int, Annotation> tags = [];
        foreach (Annotation tag in OfType(annotations, AnnotatorTypes.NamedEntity))
            tags.TryAdd(tag.Begin, tag);

        List<Annotation> chunks = [];
        int tagged = 0;
        foreach (TokenSentence sentence in TokenSentence.Of(0, annotations))
        {
            if (!sentence.Tokens.Any(token => tags.ContainsKey(token.Begin)))
                continue;
            int number = IsExact ? tagged : sentence.Index;
            tagged++;
            foreach ((string entity, List<Annotation> tokens) in EntitiesOf(sentence, tags))
            {
                if (WhiteList.Count == 0 || WhiteList.Contains(entity))
                    chunks.Add(ChunkOf(sentence, entity, tokens, tags, number, chunks.Count));
            }
        }
        return chunks;
    }

    private IEnumerable<(string Entity, List<Annotation> Tokens)> EntitiesOf(TokenSentence sentence, Dictionary<int, Annotation> tags)
    {
        string? entity = null;
        List<Annotation> tokens = [];
        foreach (Annotation token in sentence.Tokens)
        {
            string tag = tags.TryGetValue(token.Begin, out Annotation? annotation) ? annotation.Result : Outside;
            if (entity is not null && (tag == Outside || tag.StartsWith("B-", StringComparison.Ordinal)))
            {
                yield return (entity, tokens);
                entity = null;
            }
            if (tag == Outside)
                continue;
            if (entity is null)
            {
                entity = NerHasNoSchema ? tag : tag[Math.Min(2, tag.Length)..];
                tokens = [];
            }
            tokens.Add(token);
        }
        if (entity is not null)
            yield return (entity, tokens);
    }

    private Annotation ChunkOf(
        TokenSentence sentence, string entity, List<Annotation> tokens, Dictionary<int, Annotation> tags, int number, int chunk)
    {
        int begin = tokens[0].Begin, end = tokens[^1].End;
        string text = PreservePosition
            ? sentence.Document.Result[(begin - sentence.Document.Begin)..(end - sentence.Document.Begin + 1)]
            : tokens[0].Result;
        Dictionary<string, string?> metadata = new()
        {
            ["entity"] = entity,
            ["sentence"] = JavaText.ToString(number),
            ["chunk"] = JavaText.ToString(chunk),
        };
        if (ConfidenceOf(tokens.Select(token => tags[token.Begin])) is float confidence)
            metadata["confidence"] = JavaText.ToString(confidence);
        return new Annotation(OutputType, begin, end, text, metadata);
    }

    /// <summary>The mean of the tags' scores; null where one has none.</summary>
    private static float? ConfidenceOf(IEnumerable<Annotation> tags)
    {
        float sum = 0;
        int count = 0;
        foreach (Annotation tag in tags)
        {
            string? text = tag.Metadata.GetValueOrDefault("confidence") ?? tag.Metadata.GetValueOrDefault(tag.Result);
            if (!float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float score))
                return null;
            sum += score;
            count++;
        }
        return sum / count;
    }
}
