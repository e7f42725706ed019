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

    private readonly JavaPatternReader _reader;
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly StringBuilder _output = new();
    private int _depth;
    private int _groupCount;
    private bool _ignoreCase;
    private bool _dotAll;
    private bool _multiline;

    public JavaRegexTranslation(string pattern, bool ignoreCase)
    {
        _reader = new JavaPatternReader(pattern);
        _ignoreCase = ignoreCase;
    }

    /// <summary>The set of a class that is a whole pattern.</summary>
    /// <exception cref="ArgumentException">It is malformed, or something stands behind it.</exception>
    public static CodePointSet ClassOf(string pattern)
    {
        JavaPatternReader reader = new(pattern);
        reader.Take();
        CodePointSet set = reader.Class(ignoreCase: false);
        return reader.AtEnd ? set : throw reader.Fault("something behind its class");
    }

    /// <summary>Translates the pattern, once.</summary>
    /// <exception cref="ArgumentException">It is malformed, or holds what is not supported; names the place.</exception>
    public string Translate()
    {
        Alternatives();
        return _reader.AtEnd ? _output.ToString() : throw _reader.Fault("an unmatched ')'");
    }

    private void Alternatives()
    {
        if (++_depth > MaxDepth)
            throw _reader.Fault("more than 200 nested groups");
        (bool ignoreCase, bool dotAll, bool multiline) = (_ignoreCase, _dotAll, _multiline);
        while (!_reader.AtEnd && _reader.Current != ')')
        {
            if (_reader.Current == '|')
            {
                _reader.Take();
                _output.Append('|');
                continue;
            }
            int start = _output.Length;
            if (Atom())
                Quantifier(start);
            if (_output.Length > MaxLength)
                throw _reader.Fault($"sets and boundaries of more than {MaxLength} characters when written out");
        }
        (_ignoreCase, _dotAll, _multiline) = (ignoreCase, dotAll, multiline);
        _depth--;
    }

    /// <summary>Writes one atom as something that a quantifier may follow; false where there is none to be repeated.</summary>
    private bool Atom()
    {
        char c = _reader.Current;
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                _reader.Take();
                Append(_reader.Class(_ignoreCase));
                return true;
            case '.':
                _reader.Take();
                Append(_dotAll ? CodePointSet.All : JavaClasses.LineEnds.Complement());
                return true;
            case '^':
                _reader.Take();
                _output.Append(_multiline ? @"(?:\A|(?<=\n|\r(?!\n)|[\u0085\u2028\u2029])(?!\z))" : @"\A");
                return true;
            case '$':
                _reader.Take();
                _output.Append(_multiline ? @"(?=\r\n|(?<!\r)\n|[\r\u0085\u2028\u2029]|\z)" : LastLineEnd);
                return true;
            case '\\':
                return Escape();
            case '*' or '+' or '?' or '{':
                throw _reader.Fault($"a '{c}' with nothing before it");
            default:
                Literal(_reader.CodePoint());
                return true;
        }
    }

    private bool Group()
    {
        _reader.Take();
        if (_reader.AtEnd || _reader.Current != '?')
        {
            _output.Append($"(?<{++_groupCount}>");
            return CloseGroup();
        }
        _reader.Take();
        foreach (string opening in (string[])["<=", "<!", "=", "!", ":", ">"])
        {
            if (_reader.Next(opening))
            {
                _output.Append("(?").Append(opening);
                return CloseGroup();
            }
        }
        if (_reader.Next("<"))
        {
            string name = _reader.Until('>');
            if (name.Length == 0 || !name.All(char.IsAsciiLetterOrDigit) || !char.IsAsciiLetter(name[0]) || !_names.TryAdd(name, ++_groupCount))
                throw _reader.Fault($"the group name '{name}'");
            _output.Append($"(?<{_groupCount}>");
            return CloseGroup();
        }
        return Flags();
    }

    private bool CloseGroup()
    {
        Alternatives();
        if (_reader.AtEnd)
            throw _reader.Fault("an unclosed group");
        _reader.Take();
        _output.Append(')');
        return true;
    }

    private bool Flags()
    {
        (bool ignoreCase, bool dotAll, bool multiline) = (_ignoreCase, _dotAll, _multiline);
        bool on = true;
        for (; !_reader.AtEnd && _reader.Current is not (')' or ':'); _reader.Take())
        {
            switch (_reader.Current)
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
                    throw _reader.Fault($"the flag '{_reader.Current}', which is not supported");
            }
        }
        if (_reader.AtEnd)
            throw _reader.Fault("an unclosed group");
        if (_reader.Take() == ')')
            return false;
        _output.Append("(?:");
        CloseGroup();
        (_ignoreCase, _dotAll, _multiline) = (ignoreCase, dotAll, multiline);
        return true;
    }

    private void Quantifier(int start)
    {
        if (_reader.AtEnd)
            return;
        string quantifier;
        switch (_reader.Current)
        {
            case '*' or '+' or '?':
                quantifier = _reader.Take().ToString();
                break;
            case '{':
                quantifier = Counted();
                break;
            default:
                return;
        }
        string atom = _output.ToString(start, _output.Length - start);
        _output.Length = start;
        if (_reader.Next("+"))
            _output.Append($"(?>(?:{atom}){quantifier})");
        else
            _output.Append($"(?:{atom}){quantifier}").Append(_reader.Next("?") ? "?" : "");
        if (!_reader.AtEnd && _reader.Current is '*' or '+' or '?')
            throw _reader.Fault($"a '{_reader.Current}' with nothing before it");
    }

    private string Counted()
    {
        _reader.Take();
        string counts = _reader.Until('}');
        string[] parts = counts.Split(',');
        bool valid = parts.Length <= 2 && IsCount(parts[0]) && (parts.Length == 1 || parts[1].Length == 0 || IsCount(parts[1]));
        return valid ? $"{{{counts}}}" : throw _reader.Fault($"the count '{{{counts}}}'");
    }

    private static bool IsCount(string text) =>
        text.Length is > 0 and < 5 && text.All(char.IsAsciiDigit);

    private bool Escape()
    {
        _reader.Take();
        if (_reader.AtEnd)
            throw _reader.Fault("a '\\' at the end");
        char c = _reader.Current;
        switch (c)
        {
            case 'A' or 'z' or 'G':
                _reader.Take();
                _output.Append('\\').Append(c);
                return true;
            case 'Z':
                _reader.Take();
                _output.Append(LastLineEnd);
                return true;
            case 'b' or 'B':
                _reader.Take();
                string word = JavaClasses.BoundaryWord.ToPattern();
                _output.Append(c == 'b'
                    ? $"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"
                    : $"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))");
                return true;
            case 'R':
                _reader.Take();
                _output.Append(@"(?:\r\n|[\n-\r\u0085\u2028\u2029])");
                return true;
            case 'Q':
                Quoted();
                return false;
            case 'k':
                _reader.Take();
                if (!_reader.Next("<"))
                    throw _reader.Fault(@"'\k' without a name");
                string name = _reader.Until('>');
                BackReference(_names.TryGetValue(name, out int number) ? number : throw _reader.Fault($"the group name '{name}'"));
                return true;
            case >= '1' and <= '9':
                BackReference(ReferenceNumber());
                return true;
            default:
                if (_reader.EscapedSet() is { } set)
                    Append(set);
                else
                    Literal(_reader.EscapedCodePoint());
                return true;
        }
    }

    // As many digits as there are groups for.
    private int ReferenceNumber()
    {
        int number = 0;
        while (!_reader.AtEnd && char.IsAsciiDigit(_reader.Current) && (number == 0 || (number * 10) + (_reader.Current - '0') <= _groupCount))
            number = (number * 10) + (_reader.Take() - '0');
        return number;
    }

    private void BackReference(int group)
    {
        if (group > _groupCount)
            throw _reader.Fault($"a reference to group {group} of {_groupCount}");
        _output.Append(_ignoreCase ? $@"(?i:\k<{group}>)" : $@"\k<{group}>");
    }

    // A quantifier behind it means the last character alone.
    private void Quoted()
    {
        int last = -1;
        foreach (Rune rune in _reader.QuotedText().EnumerateRunes())
        {
            last = _output.Length;
            Literal(rune.Value);
        }
        if (last >= 0)
            Quantifier(last);
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
}
