using System.Globalization;
using System.Text;

namespace AlbertNative.Annotations.Java;

/// <summary>What Java's strings do otherwise than .NET's.</summary>
internal static class JavaText
{
    private const char CapitalSigma = 'Σ';
    private const char DottedCapitalI = 'İ';

    /// <summary>The class <c>\s</c> of Java's regular expressions: ASCII white space.</summary>
    public static bool IsWhiteSpace(char c) => c is ' ' or (>= '\t' and <= '\r');

    /// <summary>Java's <c>trim</c>: nothing up to U+0020 is left at either end. The range that remains.</summary>
    public static (int Start, int End) TrimRange(ReadOnlySpan<char> text)
    {
        int start = 0;
        while (start < text.Length && text[start] <= ' ')
            start++;
        int end = text.Length;
        while (end > start && text[end - 1] <= ' ')
            end--;
        return (start, end);
    }

    /// <summary>Java's <c>toLowerCase</c> in the root locale: İ becomes two characters, a last Σ of a word ς.</summary>
    public static string ToLowerCase(string text)
    {
        string lower = text.ToLowerInvariant();
        if (!text.AsSpan().ContainsAny(CapitalSigma, DottedCapitalI))
            return lower;
        StringBuilder builder = new(lower.Length + 4);
        for (int i = 0; i < text.Length; i++)
        {
            builder.Append(text[i] switch
            {
                DottedCapitalI => "i\u0307",
                CapitalSigma => IsFinalSigma(text, i) ? "ς" : "σ",
                _ => lower[i].ToString(),
            });
        }
        return builder.ToString();
    }

    /// <summary>Java's <c>Integer.toString</c>.</summary>
    public static string ToString(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Java's <c>Float.toString</c>, in its shortest form: plain digits from 1e-3 up to 1e7, <c>1.2345E-4</c> elsewhere, always
    /// with a digit behind the point.
    /// </summary>
    public static string ToString(float value)
    {
        if (float.IsNaN(value))
            return "NaN";
        if (float.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";
        if (value == 0)
            return float.IsNegative(value) ? "-0.0" : "0.0";

        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        (string digits, int exponent) = DigitsOf(shortest.AsSpan().TrimStart('-'));
        string sign = value < 0 ? "-" : "";
        if (exponent is < -3 or >= 7)
            return $"{sign}{digits[0]}.{(digits.Length > 1 ? digits[1..] : "0")}E{exponent.ToString(CultureInfo.InvariantCulture)}";
        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        string padded = digits.PadRight(exponent + 2, '0');
        return $"{sign}{padded[..(exponent + 1)]}.{padded[(exponent + 1)..]}";
    }

    /// <summary>The significant digits of a positive number, and the power of ten of the first.</summary>
    private static (string Digits, int Exponent) DigitsOf(ReadOnlySpan<char> number)
    {
        int exponent = 0;
        int e = number.IndexOf('E');
        if (e >= 0)
        {
            exponent = int.Parse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            number = number[..e];
        }
        int point = number.IndexOf('.');
        int whole = point < 0 ? number.Length : point;
        string digits = string.Concat(number[..whole], point < 0 ? "" : number[(point + 1)..]);
        string significant = digits.TrimStart('0');
        exponent += whole - 1 - (digits.Length - significant.Length);
        significant = significant.TrimEnd('0');
        return (significant, exponent);
    }

    // Unicode's Final_Sigma: behind a cased letter and not before one, whatever case-ignorable characters stand between.
    private static bool IsFinalSigma(string text, int index)
    {
        int before = index - 1;
        while (before >= 0 && IsCaseIgnorable(text[before]))
            before--;
        int after = index + 1;
        while (after < text.Length && IsCaseIgnorable(text[after]))
            after++;
        return before >= 0 && IsCased(text[before]) && !(after < text.Length && IsCased(text[after]));
    }

    private static bool IsCased(char c) =>
        CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsCaseIgnorable(char c) =>
        c is '\'' or '.' or ':' or '·' or '\u2019' or '\u2018' or '\u2024' or '\u2027'
        || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
