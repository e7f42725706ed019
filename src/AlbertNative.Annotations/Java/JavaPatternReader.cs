using System.Globalization;

namespace AlbertNative.Annotations.Java;

/// <summary>A place in a pattern of Java's, and what is read from there: characters, escapes and classes.</summary>
/// <param name="source">The pattern.</param>
internal sealed class JavaPatternReader(string source)
{
    private const int MaxDepth = 200;

    private int _at;
    private int _depth;

    public bool AtEnd => _at >= source.Length;

    public char Current => source[_at];

    /// <summary>The text of a quotation whose '\Q' ends here.</summary>
    public string QuotedText()
    {
        _at++;
        int end = source.IndexOf(@"\E", _at, StringComparison.Ordinal);
        string text = end < 0 ? source[_at..] : source[_at..end];
        _at = end < 0 ? source.Length : end + 2;
        return text;
    }

    /// <summary>A class whose '[' has been read, with what Java knows of unions and intersections.</summary>
    public CodePointSet Class(bool ignoreCase)
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
            part = part.Union(ClassItem(ignoreCase));
        }
        _at++;
        _depth--;
        CodePointSet set = whole is null ? part : whole.Intersect(part);
        if (ignoreCase)
            set = set.WithAsciiCases();
        return negated ? set.Complement() : set;
    }

    private CodePointSet ClassItem(bool ignoreCase)
    {
        if (Next("["))
            return Class(ignoreCase);
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
        if (_at + 1 >= source.Length || Current != '-' || source[_at + 1] is ']' or '[')
            return CodePointSet.Range(first, first);
        _at++;
        int last = Next(@"\") ? EscapedCodePoint() : CodePoint();
        return last >= first ? CodePointSet.Range(first, last) : throw Fault("a range whose end is before its start");
    }

    /// <summary>The set that an escape means, whose '\' has been read; null where it is a character.</summary>
    public CodePointSet? EscapedSet()
    {
        if (JavaClasses.OfLetter(Current) is { } set)
        {
            _at++;
            return set;
        }
        if (Current is not ('p' or 'P'))
            return null;
        bool negated = source[_at++] == 'P';
        if (AtEnd)
            throw Fault(@"'\p' without a name");
        string name = Next("{") ? Until('}') : source[_at++].ToString();
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
    public int EscapedCodePoint()
    {
        if (AtEnd)
            throw Fault("a '\\' at the end");
        char c = source[_at++];
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
                return AtEnd ? throw Fault(@"'\c' without a character") : source[_at++] ^ 64;
            case 'u':
                return Hexadecimal(4);
            case 'x':
                return Next("{") ? Hexadecimal(Until('}')) : Hexadecimal(2);
            case '0':
                int octal = 0;
                for (int digits = 0; digits < 3 && !AtEnd && Current is >= '0' and <= '7' && (octal * 8) + (Current - '0') <= 255; digits++)
                    octal = (octal * 8) + (source[_at++] - '0');
                return octal;
            default:
                _at--;
                return char.IsAsciiLetter(c) ? throw Fault($@"the escape '\{c}'") : CodePoint();
        }
    }

    private int Hexadecimal(int digits)
    {
        if (_at + digits > source.Length)
            throw Fault("an incomplete hexadecimal escape");
        string text = source.Substring(_at, digits);
        _at += digits;
        return Hexadecimal(text);
    }

    private int Hexadecimal(string text) =>
        int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) && value is >= 0 and <= 0x10FFFF
            ? value
            : throw Fault($"the hexadecimal escape '{text}'");

    /// <summary>The next character, and moves behind it.</summary>
    public int CodePoint()
    {
        int point = char.IsSurrogatePair(source, _at) ? char.ConvertToUtf32(source, _at) : source[_at];
        _at += point > 0xFFFF ? 2 : 1;
        return point;
    }

    /// <summary>Moves behind a text where it comes next.</summary>
    public bool Next(string text)
    {
        if (string.CompareOrdinal(source, _at, text, 0, text.Length) != 0)
            return false;
        _at += text.Length;
        return true;
    }

    /// <summary>The text up to a character, and moves behind that.</summary>
    public string Until(char end)
    {
        int close = source.IndexOf(end, _at);
        if (close < 0)
            throw Fault($"no '{end}'");
        string text = source[_at..close];
        _at = close + 1;
        return text;
    }

    /// <summary>Moves behind the next unit of the text, which is returned.</summary>
    public char Take() => source[_at++];

    /// <summary>What is wrong here.</summary>
    public ArgumentException Fault(string what) =>
        new($"the pattern '{source}' has {what} at character {Math.Min(_at, source.Length)}");
}
