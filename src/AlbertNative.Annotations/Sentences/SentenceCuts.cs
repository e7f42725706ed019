using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>Cuts a text at its marks.</summary>
internal static class SentenceCuts
{
    /// <param name="text">The text.</param>
    /// <param name="marking">The same with marks.</param>
    /// <param name="searched">
    /// Whether each part is looked for behind the one before, as Spark NLP does, which may find it earlier: in a bound that was removed.
    /// </param>
    public static List<SentencePart> Of(string text, SentenceMarking marking, bool searched)
    {
        List<SentencePart> sentences = [];
        int start = 0, at = 0, bound = 0, searchFrom = 0;
        foreach ((char c, bool cuts) in WithCuts(marking.Marked))
        {
            if (cuts)
                Add(start, at);
            if (c == Marks.RemovedBound)
                at += marking.RemovedBounds[bound++];
            if (cuts)
                start = at;
            at += Marks.LengthOf(c);
        }
        Add(start, at);
        return sentences;

        void Add(int from, int to)
        {
            (int trimStart, int trimEnd) = JavaText.TrimRange(text.AsSpan(from, to - from));
            if (trimStart == trimEnd)
                return;
            string sentence = text.Substring(from + trimStart, trimEnd - trimStart);
            int begin = searched ? text.IndexOf(sentence, searchFrom, StringComparison.Ordinal) : from + trimStart;
            searchFrom = begin + sentence.Length;
            sentences.Add(new SentencePart(sentence, begin));
        }
    }

    /// <summary>Each character, and whether a sentence ends there: at a break, unless a protection closes before another opens.</summary>
    private static (char Character, bool Cuts)[] WithCuts(string marked)
    {
        (char, bool)[] characters = new (char, bool)[marked.Length];
        bool isProtected = false;
        for (int i = marked.Length - 1; i >= 0; i--)
        {
            char c = marked[i];
            if (c is Marks.Open or Marks.Close)
                isProtected = c == Marks.Close;
            characters[i] = (c, c is Marks.Break or Marks.RemovedBound && !isProtected);
        }
        return characters;
    }
}
