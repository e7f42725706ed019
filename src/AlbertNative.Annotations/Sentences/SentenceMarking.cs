using System.Text;
using System.Text.RegularExpressions;
using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>A text into which rule after rule puts its marks, each reading what those before it left.</summary>
internal sealed class SentenceMarking(string text)
{
    /// <summary>The text with its marks.</summary>
    public string Marked { get; private set; } = Marks.Without(text);

    /// <summary>The lengths of the bounds that were removed, in order.</summary>
    public List<int> RemovedBounds { get; private set; } = [];

    /// <summary>Breaks at what a pattern matches.</summary>
    public void Bound(JavaRegex pattern, BoundsStrategy strategy)
    {
        IReadOnlyList<Match> matches = pattern.Matches(Marked);
        if (strategy == BoundsStrategy.None)
            Remove(matches);
        else
            Marked = Replaced(matches, (match, output) => output.Append(strategy == BoundsStrategy.Prepend ? $"{Marks.Break}{match}" : $"{match}{Marks.Break}"));
    }

    /// <summary>Items of lists: a sentence of their own begins.</summary>
    public void Lists()
    {
        Protect(SentenceRules.LetteredItem, withBreak: true);
        Protect(SentenceRules.NumberedItem, withBreak: true);
    }

    public void Numbers() => Stand(SentenceRules.NumberDot, Marks.Dot);

    public void Abbreviations(bool useDictionary)
    {
        Protect(SentenceRules.Initials);
        Protect(SentenceRules.AfterNoon);
        Protect(SentenceRules.BeforeNoon);
        Stand(SentenceRules.PossessiveDot, Marks.Dot);
        Stand(SentenceRules.CompanyDot, Marks.Dot);
        Stand(SentenceRules.LetterDot, Marks.Dot);
        if (!useDictionary)
            return;
        Stand(SentenceRules.PrepositiveDot, Marks.Dot);
        Stand(SentenceRules.NumberWordDot, Marks.Dot);
        Stand(SentenceRules.GeneralDot, Marks.Dot);
        Stand(SentenceRules.GeneralDotBeforeComma, Marks.Dot);
    }

    public void Punctuation()
    {
        BreakBehindQuestions();
        Stand(SentenceRules.InnerDot, Marks.Dot);
        Stand(SentenceRules.DegreeDot, Marks.Dot);
        Stand(SentenceRules.EllipsisBeforeCapital, Marks.Ellipsis, withBreak: true);
        Stand(SentenceRules.EllipsisBeforeDot, Marks.Ellipsis, withBreak: true);
        ProtectSingleQuotes();
        Protect(SentenceRules.Quoted);
        Protect(SentenceRules.Bracketed);
        Protect(SentenceRules.Parenthesised);
        Stand(SentenceRules.QuestionBeforeQuote, Marks.Question);
        Stand(SentenceRules.ExclamationBeforeQuote, Marks.Exclamation);
        Stand(SentenceRules.ExclamationBeforeComma, Marks.Exclamation);
        Stand(SentenceRules.ExclamationBeforeSmall, Marks.Exclamation);
        Marked = Marked.Replace(".", $"{Marks.Dot}{Marks.Break}", StringComparison.Ordinal)
            .Replace(";", $"{Marks.Semicolon}{Marks.Break}", StringComparison.Ordinal);
    }

    private void Protect(Regex pattern, bool withBreak = false) => Marked = pattern.Replace(
        Marked, match => $"{(withBreak ? Marks.Break : "")}{Marks.Open}{match.Value}{Marks.Close}");

    private void Stand(Regex pattern, char mark, bool withBreak = false) =>
        Marked = pattern.Replace(Marked, withBreak ? $"{mark}{Marks.Break}" : mark.ToString());

    private void Remove(IReadOnlyList<Match> matches)
    {
        // Bounds of other patterns may stand before, between and inside these.
        List<int> removed = [];
        int known = 0, at = 0;
        Marked = Replaced(matches, (match, output) =>
        {
            int before = Marked.AsSpan(at, match.Index - at).Count(Marks.RemovedBound);
            removed.AddRange(RemovedBounds.Skip(known).Take(before));
            known += before;
            int length = 0;
            foreach (char c in match.ValueSpan)
                length += c == Marks.RemovedBound ? RemovedBounds[known++] : Marks.LengthOf(c);
            removed.Add(length);
            at = match.Index + match.Length;
            output.Append(Marks.RemovedBound);
        });
        removed.AddRange(RemovedBounds.Skip(known));
        RemovedBounds = removed;
    }

    private string Replaced(IReadOnlyList<Match> matches, Action<Match, StringBuilder> replace)
    {
        StringBuilder output = new(Marked.Length + (2 * matches.Count));
        int at = 0;
        foreach (Match match in matches)
        {
            output.Append(Marked, at, match.Index - at);
            replace(match, output);
            at = match.Index + match.Length;
        }
        return output.Append(Marked, at, Marked.Length - at).ToString();
    }

    /// <summary>A run of <c>!</c> and <c>?</c> behind another character, before white space, the end or a dollar sign.</summary>
    private void BreakBehindQuestions()
    {
        StringBuilder output = new(Marked.Length);
        for (int i = 0; i < Marked.Length;)
        {
            int end = i;
            while (end < Marked.Length && Marked[end] is '!' or '?')
                end++;
            if (end == i)
            {
                output.Append(Marked[i++]);
                continue;
            }
            // The first of a run at the start is itself what the second is behind.
            bool behind = (i > 0 && !JavaText.IsWhiteSpace(Marked[i - 1])) || end - i > 1;
            bool before = end == Marked.Length || JavaText.IsWhiteSpace(Marked[end]) || Marked[end] == '$';
            output.Append(Marked, i, end - i);
            if (behind && before)
                output.Append(Marks.Break);
            i = end;
        }
        Marked = output.ToString();
    }

    /// <summary>
    /// What stands between single quotes, of words and simple punctuation: from a quote behind white space to the last one of
    /// the run that something else than a word is behind, which is a part of it.
    /// </summary>
    private void ProtectSingleQuotes()
    {
        StringBuilder output = new(Marked.Length);
        int copied = 0;
        for (int i = 0; i < Marked.Length;)
        {
            int end = i;
            int closing = -1;
            for (; end < Marked.Length && IsQuotable(Marked[end]); end++)
            {
                if (Marked[end] == '\'' && end + 1 < Marked.Length && !IsWord(Marked[end + 1]))
                    closing = end;
            }
            for (int start = i; start + 1 < closing; start++)
            {
                if (Marked[start] != '\'' || (start > 0 && !JavaText.IsWhiteSpace(Marked[start - 1])))
                    continue;
                output.Append(Marked, copied, start - copied).Append(Marks.Open)
                    .Append(Marked, start, closing + 2 - start).Append(Marks.Close);
                copied = closing + 2;
                break;
            }
            i = Math.Max(end + 1, copied);
        }
        Marked = output.Append(Marked, copied, Marked.Length - copied).ToString();
    }

    private static bool IsQuotable(char c) => IsWord(c) || JavaText.IsWhiteSpace(c) || c is '?' or '!' or '.' or ',' or '|' or '\'';

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
