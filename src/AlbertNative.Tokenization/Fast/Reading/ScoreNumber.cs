using System.Globalization;

namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>
/// Reads decimal numbers as the Rust tokenizers' JSON reader does: the digits, up to 64 bits of them, are rounded to a
/// double and then multiplied or divided by a power of ten, which may end one unit in the last place off the nearest
/// double. Scores differ in that unit, and so do the winners of near-ties.
/// </summary>
internal static class ScoreNumber
{
    private const int LargestPower = 308;

    private static readonly double[] PowersOfTen = MakePowers();

    /// <summary>The number that a JSON number token stands for; infinite where it is out of range.</summary>
    public static double Parse(ReadOnlySpan<byte> number)
    {
        bool isNegative = number[0] == '-';
        ulong digits = 0;
        int exponent = 0, at = isNegative ? 1 : 0;
        bool isFull = false, isFraction = false;
        for (; at < number.Length && number[at] is not ((byte)'e' or (byte)'E'); at++)
        {
            if (number[at] == '.')
            {
                // A whole part that was too long does not stop the fraction from being looked at.
                (isFraction, isFull) = (true, false);
                continue;
            }
            uint digit = (uint)(number[at] - '0');
            isFull |= digits >= ulong.MaxValue / 10 && (digits > ulong.MaxValue / 10 || digit > ulong.MaxValue % 10);
            if (!isFull)
                digits = digits * 10 + digit;
            if (isFraction ? !isFull : isFull)
                exponent += isFraction ? -1 : 1;
        }
        if (at < number.Length)
            exponent = AddExponent(exponent, number[(at + 1)..]);
        double value = Scale(digits, exponent);
        return isNegative ? -value : value;
    }

    private static int AddExponent(int exponent, ReadOnlySpan<byte> text)
    {
        bool isNegative = text[0] == '-';
        long value = 0;
        foreach (byte c in text[(text[0] is (byte)'-' or (byte)'+' ? 1 : 0)..])
            value = Math.Min(value * 10 + (c - '0'), int.MaxValue);
        return (int)Math.Clamp(exponent + (isNegative ? -value : value), int.MinValue + 1, int.MaxValue);
    }

    private static double Scale(ulong digits, int exponent)
    {
        double value = digits;
        for (; value != 0 && Math.Abs(exponent) > LargestPower; exponent += LargestPower)
        {
            if (exponent > 0)
                return double.PositiveInfinity;
            value /= PowersOfTen[LargestPower];
        }
        if (value == 0)
            return 0;
        return exponent >= 0 ? value * PowersOfTen[exponent] : value / PowersOfTen[-exponent];
    }

    private static double[] MakePowers()
    {
        double[] powers = new double[LargestPower + 1];
        for (int i = 0; i < powers.Length; i++)
            powers[i] = double.Parse($"1e{i}", CultureInfo.InvariantCulture);
        return powers;
    }
}
