using System.Text.RegularExpressions;
using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>A tokenizer's settings made ready: its patterns and sets of characters.</summary>
internal sealed class TokenRules
{
    private readonly CodePointSet _breaks;
    private readonly CodePointSet _context;
    private readonly JavaRegex[] _rules;
    private readonly JavaRegex? _exceptions;
    private readonly TokenSplitting? _splitting;
    private readonly bool _slips;

    public TokenRules(Tokenizer tokenizer)
    {
        // Spark NLP puts the target pattern's own text into a class; what is in none of it breaks.
        _breaks = BreaksOf(tokenizer.TargetPattern);
        _slips = tokenizer.Slips;
        string context = string.Concat(tokenizer.ContextChars);
        _context = CodePointSet.Of(context);
        _rules = tokenizer.HasPlainRule ? [] : [.. RulesOf(tokenizer, context)];
        if (tokenizer.Exceptions.Count > 0)
        {
            string flag = tokenizer.CaseSensitiveExceptions ? "" : "(?i)";
            _exceptions = new JavaRegex(string.Join('|', tokenizer.Exceptions.Select(exception => flag + exception)));
        }
        if (tokenizer.SplitPattern is not null || tokenizer.SplitChars.Count > 0)
            _splitting = new TokenSplitting(tokenizer.SplitPattern, tokenizer.SplitChars, _slips);
    }

    /// <summary>The tokens of a sentence, in order; empty ones among them.</summary>
    public IEnumerable<TokenPart> TokensOf(string text)
    {
        TokenExceptions? exceptions = _exceptions is null ? null : new TokenExceptions(_exceptions, text, _breaks);
        // Spark NLP counts a character between tokens as one, though it be a pair of surrogates: what is behind it begins too early.
        int slip = 0;
        for (int start = 0; start < text.Length;)
        {
            (int end, int pairs) = CandidateEnd(text, start, exceptions);
            if (end == start)
            {
                int length = CharacterLength(text, start);
                slip += _slips ? length - 1 : 0;
                start += length;
                continue;
            }
            foreach ((string part, int begin) in PartsOf(text, start, end, exceptions))
                yield return new TokenPart(part, start - slip + begin);
            slip += _slips ? pairs : 0;
            start = end;
        }
    }

    private static CodePointSet BreaksOf(string targetPattern) =>
        JavaRegexTranslation.ClassOf($"[^(?:{targetPattern})ↈ]");

    private static IEnumerable<JavaRegex> RulesOf(Tokenizer tokenizer, string context)
    {
        string quoted = $@"\Q{context}\E";
        string prefix = tokenizer.PrefixPattern ?? $@"\A([{quoted}]*)";
        string suffix = tokenizer.SuffixPattern ?? $@"([{quoted}]*)\z";
        IReadOnlyList<string> infixes = tokenizer.InfixPatterns.Count > 0
            ? tokenizer.InfixPatterns
            : [$"([^{quoted}](?:.*[^{quoted}])*)"];
        return infixes.Select(infix => new JavaRegex(prefix + infix + suffix));
    }

    /// <summary>Where a candidate ends, and how many pairs of surrogates between tokens it holds, as a part of an exception.</summary>
    private (int End, int Pairs) CandidateEnd(string text, int start, TokenExceptions? exceptions)
    {
        int at = start, pairs = 0;
        while (at < text.Length)
        {
            bool breaks = _breaks.Contains(CodePoint(text, at));
            if (breaks && exceptions?.Covers(at) != true)
                break;
            int length = CharacterLength(text, at);
            pairs += breaks ? length - 1 : 0;
            at += length;
        }
        return (at, pairs);
    }

    private List<TokenPart> PartsOf(string text, int start, int end, TokenExceptions? exceptions)
    {
        string candidate = text[start..end];
        return exceptions?.Protects(start, end, candidate) == true ? [new TokenPart(candidate, 0)] : PartsOf(candidate);
    }

    private List<TokenPart> PartsOf(string candidate)
    {
        if (_rules.Length == 0)
            return PlainParts(candidate);
        Match? match = _rules.Select(rule => rule.Match(candidate)).FirstOrDefault(match => match.Success);
        if (match is null)
            return [new TokenPart(candidate, 0)];
        List<TokenPart> parts = [];
        int at = match.Index;
        foreach (Group group in match.Groups.Values.Skip(1).Where(group => group.Success))
        {
            // Spark NLP takes groups to follow each other, also those that have left out a repetition.
            at = AddGroup(parts, candidate, group.Value, _slips ? at : group.Index);
        }
        return parts;
    }

    /// <summary>The rule of the context characters: those at the start, what is between, those at the end.</summary>
    private List<TokenPart> PlainParts(string candidate)
    {
        int start = 0;
        while (start < candidate.Length && _context.Contains(CodePoint(candidate, start)))
            start += CharacterLength(candidate, start);
        if (start == candidate.Length)
            return [new TokenPart(candidate, 0)];
        int end = candidate.Length;
        while (true)
        {
            int length = end >= 2 && char.IsSurrogatePair(candidate[end - 2], candidate[end - 1]) ? 2 : 1;
            if (!_context.Contains(CodePoint(candidate, end - length)))
                break;
            end -= length;
        }
        List<TokenPart> parts = [];
        int at = AddGroup(parts, candidate, candidate[..start], 0);
        at = AddGroup(parts, candidate, candidate[start..end], at);
        AddGroup(parts, candidate, candidate[end..], at);
        return parts;
    }

    private int AddGroup(List<TokenPart> parts, string candidate, string group, int at)
    {
        if (_splitting?.TryAdd(parts, candidate, group, ref at) == true)
            return at;
        parts.Add(new TokenPart(group, at));
        return at + group.Length;
    }

    private static int CodePoint(string text, int index) =>
        char.IsSurrogatePair(text, index) ? char.ConvertToUtf32(text, index) : text[index];

    private static int CharacterLength(string text, int index) => char.IsSurrogatePair(text, index) ? 2 : 1;
}
