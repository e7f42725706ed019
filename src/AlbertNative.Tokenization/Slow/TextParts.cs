using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Slow;

/// <summary>A stretch of text: an added token, or (id -1) what is between two.</summary>
internal readonly record struct TextPart(int Start, int End, int Id)
{
    public bool IsEmpty => Start == End;

    public ReadOnlySpan<char> In(ReadOnlySpan<char> text) => text[Start..End];
}

/// <summary>Cuts a text at its added tokens, as transformers' <c>PreTrainedTokenizer.tokenize</c> does.</summary>
internal static class TextParts
{
    /// <summary>Cuts the text: leftmost tokens first, the longest of those that begin at one place.</summary>
    /// <param name="text">The text, lower-cased where it should be.</param>
    /// <param name="added">The tokens.</param>
    /// <param name="parts">Filled with all parts in order; some may be empty.</param>
    public static void Split(ReadOnlySpan<char> text, AddedTokenTable added, List<TextPart> parts)
    {
        parts.Clear();
        int start = 0;
        for (int at = 0; at < text.Length;)
        {
            int length = added.LengthAtStart(text[at..], out int id);
            if (length == 0)
            {
                at++;
                continue;
            }
            if (at > start)
                parts.Add(new TextPart(start, at, -1));
            start = at += length;
            parts.Add(new TextPart(at - length, at, id));
        }
        if (text.Length > start)
            parts.Add(new TextPart(start, text.Length, -1));
        for (int i = 0; i < parts.Count; i++)
        {
            if (parts[i].Id >= 0)
                Settle(text, added[parts[i].Id]!, parts, i);
        }
    }

    /// <summary>Lets a token swallow the white space beside it, or gives it back where it is not a word of its own.</summary>
    private static void Settle(ReadOnlySpan<char> text, AddedToken token, List<TextPart> parts, int index)
    {
        TextPart left = index > 0 ? parts[index - 1] : default;
        TextPart right = index + 1 < parts.Count ? parts[index + 1] : default;
        if (token.RightStrip && !right.IsEmpty)
            parts[index + 1] = right with { Start = right.End - TrimmedStart(right.In(text)) };
        if (token.LeftStrip && !left.IsEmpty)
            parts[index - 1] = left with { End = left.Start + TrimmedEnd(left.In(text)) };
        if (!token.SingleWord)
            return;
        // The reference asks for the space character here, not for white space.
        TextPart itself = parts[index];
        if (!left.IsEmpty && text[left.End - 1] != ' ')
        {
            parts[index - 1] = new TextPart(left.Start, itself.End, -1);
            parts[index] = new TextPart(itself.End, itself.End, -1);
        }
        else if (!right.IsEmpty && text[right.Start] != ' ')
        {
            parts[index + 1] = new TextPart(itself.Start, right.End, -1);
            parts[index] = new TextPart(itself.Start, itself.Start, -1);
        }
    }

    private static int TrimmedStart(ReadOnlySpan<char> text)
    {
        int start = 0;
        while (start < text.Length && UnicodeData.IsPythonWhiteSpace(text[start]))
            start++;
        return text.Length - start;
    }

    private static int TrimmedEnd(ReadOnlySpan<char> text)
    {
        int end = text.Length;
        while (end > 0 && UnicodeData.IsPythonWhiteSpace(text[end - 1]))
            end--;
        return end;
    }
}
