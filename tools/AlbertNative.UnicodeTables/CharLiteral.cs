using System.Globalization;

namespace AlbertNative.UnicodeTables;

/// <summary>A UTF-16 unit written as a C# character literal, escaped unless plain ASCII.</summary>
/// <param name="Unit">The unit.</param>
internal readonly record struct CharLiteral(int Unit) : IFormattable
{
    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) =>
        Unit is > ' ' and < '\x7F' and not '\'' and not '\\'
            ? $"'{(char)Unit}'"
            : string.Create(CultureInfo.InvariantCulture, $"'\\u{Unit:X4}'");
}
