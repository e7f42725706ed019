using System.Globalization;
using System.Text;

namespace AlbertNative.Annotations.Java;

/// <summary>
/// Writes a regular expression of Java's syntax (JDK 17) as one of .NET's, in which group n is named n. Source of the grammar:
/// <c>java.util.regex.Pattern</c>'s documentation.
/// </summary>
internal sealed class JavaRegexTranslation
{
    private const int MaxDepth = 200;
    private const int MaxLength = 1 << 20;
    private const string LastLineEnd = @"(?=\r\n\z|(?<!\r)\n\z|[\r\u0085\u2028\u2029]\z|\z)";

    private readonly string _source;
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly StringBuilder _output = new();
    private int _at;
    private int _depth;
    private int _groupCount;
    private bool _ignoreCase;
    private bool _dotAll;
    private bool _multiline;

    public JavaRegexTranslation(string pattern, bool ignoreCase)
    {
        _source = pattern;
        _ignoreCase = ignoreCase;
    }

    /// <summary>The set of a class that is a whole pattern.</summary>
    /// <exception cref="ArgumentException">It is malformed, or something stands behind it.</exception>
    public static CodePointSet ClassOf(string pattern)
    {
        JavaRegexTranslation translation = new(pattern, ignoreCase: false) { _at = 1 };
        CodePointSet set = translation.Class();
        return translation.AtEnd ? set : throw translation.Fault("something behind its class");
    }

    /// <summary>Translates the pattern, once.</summary>
    /// <exception cref="ArgumentException">It is malformed, or holds what is not supported; names the place.</exception>
    public string Translate()
    {
        Alternatives();
        return AtEnd ? _output.ToString() : throw Fault("an unmatched ')'");
    }

    private bool AtEnd => _at >= _source.Length;

    private char Current => _source[_at];

    private void Alternatives()
    {
        if (++_depth > MaxDepth)
            throw Fault("more than 200 nested groups");
        (bool ignoreCase, bool dotAll, bool multiline) = (_ignoreCase, _dotAll, _multiline);
        while (!AtEnd && Current != ')')
        {
            if (Current == '|')
            {
                _at++;
                _output.Append('|');
                continue;
            }
            int start = _output.Length;
            if (Atom())
                Quantifier(start);
            if (_output.Length > MaxLength)
                throw Fault($"sets and boundaries of more than {MaxLength} characters when written out");
        }
        (_ignoreCase, _dotAll, _multiline) = (ignoreCase, dotAll, multiline);
        _depth--;
    }

    /// <summary>Writes one atom as something that a quantifier may follow; false where there is none to be repeated.</summary>
    private bool Atom()
    {
        char c = Current;
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                _at++;
                Append(Class());
                return true;
            case '.':
                _at++;
                Append(_dotAll ? CodePointSet.All : JavaClasses.LineEnds.Complement());
                return true;
            case '^':
                _at++;
                _output.Append(_multiline ? @"(?:\A|(?<=\n|\r(?!\n)|[\u0085\u2028\u2029])(?!\z))" : @"\A");
                return true;
            case '$':
                _at++;
                _output.Append(_multiline ? @"(?=\r\n|(?<!\r)\n|[\r\u0085\u2028\u2029]|\z)" : LastLineEnd);
                return true;
            case '\\':
                return Escape();
            case '*' or '+' or '?' or '{':
                throw Fault($"a '{c}' with nothing before it");
            default:
                Literal(CodePoint());
                return true;
        }
    }

    private bool Group()
    {
        _at++;
        if (AtEnd || Current != '?')
        {
            _output.Append($"(?<{++_groupCount}>");
            return CloseGroup();
        }
        _at++;
        foreach (string opening in (string[])["<=", "<!", "=", "!", ":", ">"])
        {
            if (Next(opening))
            {
                _output.Append("(?").Append(opening);
                return CloseGroup();
            }
        }
        if (Next("<"))
        {
            string name = Until('>');
            if (name.Length == 0 || !name.All(char.IsAsciiLetterOrDigit) || !char.IsAsciiLetter(name[0]) || !_names.TryAdd(name, ++_groupCount))
                throw Fault($"the group name '{name}'");
            _output.Append($"(?<{_groupCount}>");
            return CloseGroup();
        }
        return Flags();
    }

    private bool CloseGroup()
    {
        Alternatives();
        if (AtEnd)
            throw Fault("an unclosed group");
        _at++;
        _output.Append(')');
        return true;
    }

    private bool Flags()
    {
        (bool ignoreCase, bool dotAll, bool multiline) = (_ignoreCase, _dotAll, _multiline);
        bool on = true;
        for (; !AtEnd && Current is not (')' or ':'); _at++)
        {
            switch (Current)
            {
                case '-':
                    on = false;
                    break;
                case 'i':
                    _ignoreCase = on;
                    break;
                case 's':
                    _dotAll = on;
                    break;
                case 'm':
                    _multiline = on;
                    break;
                default:
                    throw Fault($"the flag '{Current}', which is not supported");
            }
        }
        if (AtEnd)
            throw Fault("an unclosed group");
        if (_source[_at++] == ')')
            return false;
        _output.Append("(?:");
        CloseGroup();
        (_ignoreCase, _dotAll, _multiline) = (ignoreCase, dotAll, multiline);
        return true;
    }

    private void Quantifier(int start)
    {
        if (AtEnd)
            return;
        string quantifier;
        switch (Current)
        {
            case '*' or '+' or '?':
                quantifier = _source[_at++].ToString();
                break;
            case '{':
                quantifier = Counted();
                break;
            default:
                return;
        }
        string atom = _output.ToString(start, _output.Length - start);
        _output.Length = start;
        if (Next("+"))
            _output.Append($"(?>(?:{atom}){quantifier})");
        else
            _output.Append($"(?:{atom}){quantifier}").Append(Next("?") ? "?" : "");
        if (!AtEnd && Current is '*' or '+' or '?')
            throw Fault($"a '{Current}' with nothing before it");
    }

    private string Counted()
    {
        _at++;
        string counts = Until('}');
        string[] parts = counts.Split(',');
        bool valid = parts.Length <= 2 && IsCount(parts[0]) && (parts.Length == 1 || parts[1].Length == 0 || IsCount(parts[1]));
        return valid ? $"{{{counts}}}" : throw Fault($"the count '{{{counts}}}'");
    }

    private static bool IsCount(string text) =>
        text.Length is > 0 and < 5 && text.All(char.IsAsciiDigit);

    private bool Escape()
    {
        _at++;
        if (AtEnd)
            throw Fault("a '\\' at the end");
        char c = Current;
        switch (c)
        {
            case 'A' or 'z' or 'G':
                _at++;
                _output.Append('\\').Append(c);
                return true;
            case 'Z':
                _at++;
                _output.Append(LastLineEnd);
                return true;
            case 'b' or 'B':
                _at++;
                string word = JavaClasses.BoundaryWord.ToPattern();
                _output.Append(c == 'b'
                    ? $"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"
                    : $"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))");
                return true;
            case 'R':
                _at++;
                _output.Append(@"(?:\r\n|[\n-\r\u0085\u2028\u2029])");
                return true;
            case 'Q':
                Quoted();
                return false;
            case 'k':
                _at++;
                if (!Next("<"))
                    throw Fault(@"'\k' without a name");
                string name = Until('>');
                BackReference(_names.TryGetValue(name, out int number) ? number : throw Fault($"the group name '{name}'"));
                return true;
            case >= '1' and <= '9':
                BackReference(ReferenceNumber());
                return true;
            default:
                if (EscapedSet() is { } set)
                    Append(set);
                else
                    Literal(EscapedCodePoint());
                return true;
        }
    }

    // As many digits as there are groups for.
    private int ReferenceNumber()
    {
        int number = 0;
        while (!AtEnd && char.IsAsciiDigit(Current) && (number == 0 || (number * 10) + (Current - '0') <= _groupCount))
            number = (number * 10) + (_source[_at++] - '0');
        return number;
    }

    private void BackReference(int group)
    {
        if (group > _groupCount)
            throw Fault($"a reference to group {group} of {_groupCount}");
        _output.Append(_ignoreCase ? $@"(?i:\k<{group}>)" : $@"\k<{group}>");
    }

    // A quantifier behind it means the last character alone.
    private void Quoted()
    {
        int last = -1;
        foreach (Rune rune in QuotedText().EnumerateRunes())
        {
            last = _output.Length;
            Literal(rune.Value);
        }
        if (last >= 0)
            Quantifier(last);
    }

    private string QuotedText()
    {
        _at++;
        int end = _source.IndexOf(@"\E", _at, StringComparison.Ordinal);
        string text = end < 0 ? _source[_at..] : _source[_at..end];
        _at = end < 0 ? _source.Length : end + 2;
        return text;
    }

    /// <summary>A class whose '[' has been read, with what Java knows of unions and intersections.</summary>
    private CodePointSet Class()
    {
        if (++_depth > MaxDepth)
            throw Fault("more than 200 nested classes");
        bool negated = Next("^");
        CodePointSet? whole = null;
        CodePointSet part = CodePointSet.Empty;
        for (bool first = true; ; first = false)
        {
            if (AtEnd)
                throw Fault("an unclosed '['");
            if (Current == ']' && !first)
                break;
            if (Next("&&"))
            {
                whole = whole is null ? part : whole.Intersect(part);
                part = CodePointSet.Empty;
                continue;
            }
            part = part.Union(ClassItem());
        }
        _at++;
        _depth--;
        CodePointSet set = whole is null ? part : whole.Intersect(part);
        if (_ignoreCase)
            set = set.WithAsciiCases();
        return negated ? set.Complement() : set;
    }

    private CodePointSet ClassItem()
    {
        if (Next("["))
            return Class();
        int first;
        if (Next(@"\"))
        {
            if (AtEnd)
                throw Fault("an unclosed '['");
            if (Current == 'Q')
                return CodePointSet.Of(QuotedText());
            if (EscapedSet() is { } set)
                return set;
            first = EscapedCodePoint();
        }
        else
        {
            first = CodePoint();
        }
        if (_at + 1 >= _source.Length || Current != '-' || _source[_at + 1] is ']' or '[')
            return CodePointSet.Range(first, first);
        _at++;
        int last = Next(@"\") ? EscapedCodePoint() : CodePoint();
        return last >= first ? CodePointSet.Range(first, last) : throw Fault("a range whose end is before its start");
    }

    /// <summary>The set that an escape means, whose '\' has been read; null where it is a character.</summary>
    private CodePointSet? EscapedSet()
    {
        if (JavaClasses.OfLetter(Current) is { } set)
        {
            _at++;
            return set;
        }
        if (Current is not ('p' or 'P'))
            return null;
        bool negated = _source[_at++] == 'P';
        if (AtEnd)
            throw Fault(@"'\p' without a name");
        string name = Next("{") ? Until('}') : _source[_at++].ToString();
        CodePointSet property = JavaClasses.Property(PropertyName(name))
            ?? throw Fault($@"the property '\p{{{name}}}', which is not supported");
        return negated ? property.Complement() : property;
    }

    private static string PropertyName(string name)
    {
        foreach (string prefix in (string[])["general_category=", "gc="])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return name[prefix.Length..];
        }
        return name;
    }

    /// <summary>The character that an escape means, whose '\' has been read.</summary>
    private int EscapedCodePoint()
    {
        if (AtEnd)
            throw Fault("a '\\' at the end");
        char c = _source[_at++];
        switch (c)
        {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 'f':
                return '\f';
            case 'a':
                return '\a';
            case 'e':
                return 0x1B;
            case 'c':
                return AtEnd ? throw Fault(@"'\c' without a character") : _source[_at++] ^ 64;
            case 'u':
                return Hexadecimal(4);
            case 'x':
                return Next("{") ? Hexadecimal(Until('}')) : Hexadecimal(2);
            case '0':
                int octal = 0;
                for (int digits = 0; digits < 3 && !AtEnd && Current is >= '0' and <= '7' && (octal * 8) + (Current - '0') <= 255; digits++)
                    octal = (octal * 8) + (_source[_at++] - '0');
                return octal;
            default:
                _at--;
                return char.IsAsciiLetter(c) ? throw Fault($@"the escape '\{c}'") : CodePoint();
        }
    }

    private int Hexadecimal(int digits)
    {
        if (_at + digits > _source.Length)
            throw Fault("an incomplete hexadecimal escape");
        string text = _source.Substring(_at, digits);
        _at += digits;
        return Hexadecimal(text);
    }

    private int Hexadecimal(string text) =>
        int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) && value is >= 0 and <= 0x10FFFF
            ? value
            : throw Fault($"the hexadecimal escape '{text}'");

    private int CodePoint()
    {
        int point = char.IsSurrogatePair(_source, _at) ? char.ConvertToUtf32(_source, _at) : _source[_at];
        _at += point > 0xFFFF ? 2 : 1;
        return point;
    }

    private void Literal(int point)
    {
        bool isLetter = point < 128 && char.IsAsciiLetter((char)point);
        if (_ignoreCase && isLetter)
            _output.Append($"[{(char)(point | 0x20)}{(char)(point & ~0x20)}]");
        else if (isLetter || (point < 128 && char.IsAsciiDigit((char)point)))
            _output.Append((char)point);
        else if (point <= 0xFFFF)
            _output.Append($@"\u{point:X4}");
        else
            _output.Append($@"(?:\u{0xD7C0 + (point >> 10):X4}\u{0xDC00 + (point & 0x3FF):X4})");
    }

    private void Append(CodePointSet set) => _output.Append((_ignoreCase ? set.WithAsciiCases() : set).ToPattern());

    private bool Next(string text)
    {
        if (string.CompareOrdinal(_source, _at, text, 0, text.Length) != 0)
            return false;
        _at += text.Length;
        return true;
    }

    private string Until(char end)
    {
        int close = _source.IndexOf(end, _at);
        if (close < 0)
            throw Fault($"no '{end}'");
        string text = _source[_at..close];
        _at = close + 1;
        return text;
    }

    private ArgumentException Fault(string what) =>
        new($"the pattern '{_source}' has {what} at character {Math.Min(_at, _source.Length)}");
}
