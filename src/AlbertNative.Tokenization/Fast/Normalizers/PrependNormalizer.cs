using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>Puts a text before a text that is not empty; it has the span of the first character.</summary>
/// <param name="content">What to put there.</param>
internal sealed class PrependNormalizer(string content) : Normalizer
{
    public override bool IsLocal => false;

    public override string ToString() => $"Prepend '{content}'";

    public override void Apply(AlignedText text)
    {
        if (text.Length == 0)
            return;
        TextSpan first = text.Spans[0];
        text.Begin();
        for (int i = 0; i < content.Length;)
        {
            text.Append(CodePoints.Read(content, i, out int length), first);
            i += length;
        }
        text.CommitWithRest();
    }
}
