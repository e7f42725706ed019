using System.Globalization;

namespace AlbertNative.Cli;

/// <summary>What one measurement computes: so many texts, of one length or of lengths between two.</summary>
/// <param name="Texts">The number of texts in one call.</param>
/// <param name="Shortest">The tokens of the shortest text.</param>
/// <param name="Longest">The tokens of the longest text.</param>
internal readonly record struct BenchShape(int Texts, int Shortest, int Longest)
{
    /// <summary>The shapes that are measured unless others are asked for.</summary>
    public const string DefaultList = "1x8,1x32,1x128,1x384,1x512,8x128,32x32";

    /// <summary>Whether the lengths differ.</summary>
    public bool IsMixed => Shortest != Longest;

    /// <summary>Reads <c>8x128</c>: texts by tokens.</summary>
    public static bool TryParse(string text, out BenchShape shape)
    {
        string[] parts = text.Split('x');
        shape = default;
        if (parts.Length != 2 || !TryCount(parts[0], out int texts) || !TryCount(parts[1], out int length))
            return false;
        shape = new(texts, length, length);
        return true;
    }

    /// <summary>Reads <c>8..128</c>: the shortest and the longest text.</summary>
    public static bool TryParseLengths(string text, out (int Shortest, int Longest) lengths)
    {
        string[] parts = text.Split("..");
        lengths = default;
        return parts.Length == 2 && TryCount(parts[0], out lengths.Shortest) && TryCount(parts[1], out lengths.Longest)
            && lengths.Shortest <= lengths.Longest;
    }

    /// <summary>The tokens of each text. Mixed lengths are spread evenly and come in an order that is always the same.</summary>
    public int[] Lengths()
    {
        int[] lengths = new int[Texts];
        for (int i = 0; i < Texts; i++)
            lengths[i] = Texts == 1 ? Longest : Shortest + (int)(((long)(Longest - Shortest) * i) / (Texts - 1));
        if (IsMixed)
            new Random(1).Shuffle(lengths);
        return lengths;
    }

    public override string ToString() => IsMixed
        ? string.Create(CultureInfo.InvariantCulture, $"{Texts}x{Shortest}..{Longest}")
        : string.Create(CultureInfo.InvariantCulture, $"{Texts}x{Longest}");

    private static bool TryCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
}
