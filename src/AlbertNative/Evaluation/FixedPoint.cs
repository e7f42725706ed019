using System.Globalization;

namespace AlbertNative.Evaluation;

/// <summary>Fixed-point text as Python and C write it: an exact tie goes to the even digit, where .NET's goes away from zero.</summary>
internal static class FixedPoint
{
    /// <summary><paramref name="value"/> with <paramref name="digits"/> digits after the point.</summary>
    public static string Format(double value, int digits)
    {
        string format = "F" + digits.ToString(CultureInfo.InvariantCulture);
        return IsTie(value, digits)
            ? Math.Round((decimal)value, digits, MidpointRounding.ToEven).ToString(format, CultureInfo.InvariantCulture)
            : value.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Whether the value lies exactly between two neighbours: a tie is (2k + 1) / (2 · 10ᵈ), and a binary fraction only
    /// as an odd number of 2⁻⁽ᵈ⁺¹⁾. So it has at most d + 1 digits, and <see cref="decimal"/> holds it exactly.
    /// </summary>
    private static bool IsTie(double value, int digits)
    {
        double scaled = Math.Abs(value) * Math.Pow(2, digits + 1);
        return scaled < 1e9 && Math.Floor(scaled) == scaled && Math.IEEERemainder(scaled, 2) != 0;
    }
}
