using System.Text;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Slow;

/// <summary>
/// From ids to text as transformers' slow <c>AlbertTokenizer</c>: added tokens that are not special stand between the
/// texts around them, joined by spaces; special tokens interrupt SentencePiece's decoding.
/// </summary>
/// <param name="model">Decodes the pieces.</param>
/// <param name="added">The added tokens.</param>
/// <param name="idToToken">The token of an id.</param>
internal readonly struct SlowDecoder(SentencePieceModel model, AddedTokenTable added, Func<int, string> idToToken)
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
            if (pending.Count > 0 && DecodeTokens(pending) is { Length: > 0 } text)
                texts.Add(text);
            pending.Clear();
            texts.Add(token);
        }
        if (pending.Count > 0)
            texts.Add(DecodeTokens(pending));
        return string.Join(' ', texts);
    }

    private string DecodeTokens(List<string> tokens)
    {
        StringBuilder text = new();
        List<string> pieces = [];
        bool afterSpecial = false;
        foreach (string token in tokens)
        {
            if (!added.IsSpecial(token))
            {
                pieces.Add(token);
                afterSpecial = false;
                continue;
            }
            if (!afterSpecial)
                text.Append(' ');
            text.Append(model.Decode(pieces)).Append(token);
            pieces.Clear();
            afterSpecial = true;
        }
        text.Append(model.Decode(pieces));
        return Strip(text.ToString());
    }

    /// <summary>Python's <c>str.strip()</c>.</summary>
    private static string Strip(string text)
    {
        int start = 0, end = text.Length;
        while (start < end && UnicodeData.IsPythonWhiteSpace(text[start]))
            start++;
        while (end > start && UnicodeData.IsPythonWhiteSpace(text[end - 1]))
            end--;
        return text[start..end];
    }
}
