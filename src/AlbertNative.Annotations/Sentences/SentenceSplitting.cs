namespace AlbertNative.Annotations;

/// <summary>Cuts long sentences between words.</summary>
internal static class SentenceSplitting
{
    /// <param name="sentence">The sentence.</param>
    /// <param name="length">The length that a part should not exceed; a word alone may.</param>
    /// <param name="slipping">Whether all parts behind a too long first word begin one too late, as in Spark NLP.</param>
    public static List<SentencePart> Split(SentencePart sentence, int length, bool slipping)
    {
        List<SentencePart> parts = [];
        string text = sentence.Text;
        int slip = 0, start = 0, at = 0;
        while (at <= text.Length)
        {
            int space = text.IndexOf(' ', at);
            int end = space < 0 ? text.Length : space;
            if (end - start > length && (at > start || start == 0))
            {
                if (at > start)
                    parts.Add(new SentencePart(text[start..(at - 1)], sentence.Begin + start + slip));
                else if (slipping)
                    slip = 1;
                start = at;
            }
            at = end + 1;
        }
        parts.Add(new SentencePart(text[start..], sentence.Begin + start + slip));
        return parts;
    }
}
