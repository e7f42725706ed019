using System.Globalization;
using System.Text;

namespace AlbertNative.Annotations.Java;

/// <summary>A set of code points, as ranges that ascend and neither touch nor overlap. Immutable.</summary>
internal sealed class CodePointSet
{
    private const int Last = 0x10FFFF;

    private readonly List<(int First, int Last)> _ranges;

    private CodePointSet(IEnumerable<(int First, int Last)> ranges)
    {
        _ranges = [];
        foreach ((int first, int last) in ranges.OrderBy(range => range.First))
        {
            if (_ranges.Count > 0 && first <= _ranges[^1].Last + 1)
                _ranges[^1] = (_ranges[^1].First, Math.Max(_ranges[^1].Last, last));
            else
                _ranges.Add((first, last));
        }
    }

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet All { get; } = new([(0, Last)]);

    public static CodePointSet Range(int first, int last) => new([(first, last)]);

    /// <summary>The characters of a string, <c>a-z</c> meaning three.</summary>
    public static CodePointSet Of(string characters) => new(characters.EnumerateRunes().Select(rune => (rune.Value, rune.Value)));

    /// <summary>The code points of some of Unicode's general categories.</summary>
    public static CodePointSet OfCategories(Func<UnicodeCategory, bool> wanted)
    {
        List<(int, int)> ranges = [];
        int first = -1;
        for (int point = 0; point <= Last + 1; point++)
        {
            bool inside = point <= Last && wanted(CharUnicodeInfo.GetUnicodeCategory(point));
            if (inside && first < 0)
                first = point;
            if (!inside && first >= 0)
            {
                ranges.Add((first, point - 1));
                first = -1;
            }
        }
        return new CodePointSet(ranges);
    }

    public CodePointSet Union(CodePointSet other) => new(_ranges.Concat(other._ranges));

    public CodePointSet Except(CodePointSet other) => Intersect(other.Complement());

    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    public CodePointSet Complement()
    {
        List<(int, int)> ranges = [];
        int next = 0;
        foreach ((int first, int last) in _ranges)
        {
            if (first > next)
                ranges.Add((next, first - 1));
            next = last + 1;
        }
        if (next <= Last)
            ranges.Add((next, Last));
        return new CodePointSet(ranges);
    }

    /// <summary>The same with the other case of each ASCII letter: what Java's flag <c>i</c> alone means.</summary>
    public CodePointSet WithAsciiCases()
    {
        CodePointSet lower = Intersect(Range('a', 'z'));
        CodePointSet upper = Intersect(Range('A', 'Z'));
        return Union(lower.Shift('A' - 'a')).Union(upper.Shift('a' - 'A'));
    }

    public bool Contains(int point)
    {
        int low = 0, high = _ranges.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (point < _ranges[middle].First)
                high = middle - 1;
            else if (point > _ranges[middle].Last)
                low = middle + 1;
            else
                return true;
        }
        return false;
    }

    /// <summary>
    /// The same as a pattern of .NET, which reads UTF-16: a class, or classes of pairs of surrogates before one. Java never takes
    /// a pair apart, so neither does this.
    /// </summary>
    public string ToPattern()
    {
        if (_ranges.Count == 0)
            return "(?!)";
        CodePointSet supplementary = Intersect(Range(0x10000, Last));
        CodePointSet basic = Intersect(Range(0, 0xFFFF));
        if (supplementary._ranges.Count == 0)
            return basic.GuardedClass(pairsTaken: false);

        bool all = supplementary._ranges is [(0x10000, Last)];
        List<string> alternatives = all ? [@"[\uD800-\uDBFF][\uDC00-\uDFFF]"] : supplementary.PairPatterns();
        if (basic._ranges.Count > 0)
            alternatives.Add(basic.GuardedClass(pairsTaken: all));
        return $"(?:{string.Join('|', alternatives)})";
    }

    private CodePointSet Shift(int distance) => new(_ranges.Select(range => (range.First + distance, range.Last + distance)));

    // A high surrogate of its own is in the set only where no pair begins with it.
    private string GuardedClass(bool pairsTaken)
    {
        CodePointSet high = Intersect(Range(0xD800, 0xDBFF));
        if (pairsTaken || high._ranges.Count == 0)
            return Class(this);
        CodePointSet others = Except(high);
        string guarded = $@"{Class(high)}(?![\uDC00-\uDFFF])";
        return others._ranges.Count == 0 ? guarded : $"(?:{Class(others)}|{guarded})";
    }

    private List<string> PairPatterns()
    {
        List<string> patterns = [];
        foreach ((int first, int last) in _ranges)
        {
            for (int point = first; point <= last;)
            {
                int high = 0xD800 + ((point - 0x10000) >> 10);
                int blockEnd = Math.Min(last, point | 0x3FF);
                bool whole = (point & 0x3FF) == 0 && last - point >= 0x3FF;
                int lastHigh = whole ? 0xD800 + ((last + 1 - 0x10000) >> 10) - 1 : high;
                patterns.Add(whole
                    ? $@"[\u{high:X4}-\u{lastHigh:X4}][\uDC00-\uDFFF]"
                    : $@"\u{high:X4}[\u{0xDC00 + (point & 0x3FF):X4}-\u{0xDC00 + (blockEnd & 0x3FF):X4}]");
                point = whole ? 0x10000 + ((lastHigh + 1 - 0xD800) << 10) : blockEnd + 1;
            }
        }
        return patterns;
    }

    private static string Class(CodePointSet set)
    {
        StringBuilder builder = new("[");
        foreach ((int first, int last) in set._ranges)
        {
            builder.Append($@"\u{first:X4}");
            if (last > first)
                builder.Append($@"-\u{last:X4}");
        }
        return builder.Append(']').ToString();
    }
}
