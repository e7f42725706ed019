using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>Two consecutive segments of one document.</summary>
/// <param name="First">The tokens after <c>[CLS]</c>.</param>
/// <param name="Second">The tokens after the first <c>[SEP]</c>.</param>
/// <param name="IsSwapped">Whether the document has them the other way round: ALBERT's label 1.</param>
internal sealed record SegmentPair(SegmentTokens First, SegmentTokens Second, bool IsSwapped);

/// <summary>Tokens of a part of a document.</summary>
/// <param name="Ids">The tokens, without special ones.</param>
/// <param name="Words">The word of each token, counted over the document.</param>
internal sealed record SegmentTokens(int[] Ids, int[] Words)
{
    /// <summary>The number of tokens.</summary>
    public int Length => Ids.Length;

    /// <summary>The lines of a document.</summary>
    public static List<SegmentTokens> Lines(Tokenizer tokenizer, TextDocument document)
    {
        EncodeOptions options = new() { AddSpecialTokens = false };
        List<SegmentTokens> lines = [];
        int words = 0;
        foreach (string line in document.Lines)
        {
            Encoding encoding = tokenizer.Encode(line, options);
            int first = words;
            int[] numbers = Array.ConvertAll(encoding.WordIndices.ToArray(), word => first + word);
            words = numbers.Length > 0 ? numbers[^1] + 1 : words;
            lines.Add(new(encoding.Ids.ToArray(), numbers));
        }
        return lines;
    }

    /// <summary>The first <paramref name="length"/> tokens.</summary>
    public SegmentTokens Take(int length) => new(Ids[..length], Words[..length]);

    /// <summary>Segments one after the other.</summary>
    public static SegmentTokens Join(IEnumerable<SegmentTokens> parts)
    {
        SegmentTokens[] list = [.. parts];
        return new([.. list.SelectMany(part => part.Ids)], [.. list.SelectMany(part => part.Words)]);
    }
}
