using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Tokenization;

/// <summary>Spans as the goldens have them: in code points.</summary>
internal static class CodePointOffsets
{
    /// <summary>Each token's span.</summary>
    /// <param name="encoding">The tokens.</param>
    /// <param name="sourceOf">The text that the token of an index stands in.</param>
    public static (int, int)[] Of(Encoding encoding, Func<int, string> sourceOf)
    {
        (int, int)[] offsets = new (int, int)[encoding.Count];
        for (int i = 0; i < offsets.Length; i++)
        {
            string source = sourceOf(i);
            TextSpan span = encoding.Spans[i];
            offsets[i] = (Count(source.AsSpan(0, span.Start)), Count(source.AsSpan(0, span.End)));
        }
        return offsets;
    }

    private static int Count(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (System.Text.Rune _ in text.EnumerateRunes())
            count++;
        return count;
    }
}
