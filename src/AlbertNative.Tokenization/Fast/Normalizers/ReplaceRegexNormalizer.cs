using System.Text.RegularExpressions;

namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>Replaces every match of a regular expression, in an engine whose time is linear in the text.</summary>
/// <param name="pattern">A pattern that passed RegexSyntax.</param>
/// <param name="content">What to put there, taken literally.</param>
internal sealed class ReplaceRegexNormalizer(Regex pattern, string content) : Normalizer
{
    public override bool IsLocal => false;

    public override string ToString() => $"Replace /{pattern}/ by '{content}'";

    public override void Apply(AlignedText text)
    {
        bool found = false;
        foreach (ValueMatch match in pattern.EnumerateMatches(text.Chars))
        {
            if (!found)
                text.Begin();
            found = true;
            text.CopyTo(match.Index);
            text.SkipTo(match.Index + match.Length);
            text.Insert(content);
        }
        if (found)
            text.CommitWithRest();
    }
}
