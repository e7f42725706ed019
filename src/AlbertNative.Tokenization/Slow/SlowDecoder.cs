using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Slow;

/// <summary>
/// From ids to text as transformers' slow tokenizers: added tokens that are not special stand between the texts around them,
/// joined by spaces.
/// </summary>
/// <param name="added">The added tokens.</param>
/// <param name="idToToken">The token of an id.</param>
/// <param name="join">The text of the tokens between.</param>
internal readonly struct SlowDecoder(AddedTokenTable added, Func<int, string> idToToken, Func<List<string>, string> join)
{
    /// <summary>The text of ids.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        List<string> texts = [];
        List<string> pending = [];
        foreach (int id in ids)
        {
            string token = idToToken(id);
            if (skipSpecialTokens && added.IsSpecialId(id))
                continue;
            if (!added.IsJoinedWhenDecoding(token))
            {
                pending.Add(token);
                continue;
            }
            if (pending.Count > 0 && join(pending) is { Length: > 0 } text)
                texts.Add(text);
            pending.Clear();
            texts.Add(token);
        }
        if (pending.Count > 0)
            texts.Add(join(pending));
        return string.Join(' ', texts);
    }

    /// <summary>Python's <c>str.strip()</c>.</summary>
    public static string Strip(string text)
    {
        int start = 0, end = text.Length;
        while (start < end && UnicodeData.IsPythonWhiteSpace(text[start]))
            start++;
        while (end > start && UnicodeData.IsPythonWhiteSpace(text[end - 1]))
            end--;
        return text[start..end];
    }
}
