using System.Globalization;

namespace AlbertNative.UnicodeTables;

/// <summary>The lines of one file of the Unicode Character Database, in the format of UAX #44, section 4.2.</summary>
internal static class UcdFile
{
    /// <summary>The data lines: comments cut, fields trimmed, empty lines dropped.</summary>
    public static IEnumerable<string[]> Read(string path)
    {
        foreach (string line in File.ReadLines(path))
        {
            int comment = line.IndexOf('#');
            string data = comment < 0 ? line : line[..comment];
            if (!string.IsNullOrWhiteSpace(data))
                yield return Array.ConvertAll(data.Split(';'), field => field.Trim());
        }
    }

    /// <summary>The lines whose first field is a code point or a range of them.</summary>
    public static IEnumerable<(Range CodePoints, string[] Fields)> ReadRanges(string path)
    {
        foreach (string[] fields in Read(path))
        {
            string[] ends = fields[0].Split("..");
            yield return (CodePoint(ends[0])..(CodePoint(ends[^1]) + 1), fields);
        }
    }

    /// <summary>For every code point, whether some line gives it <paramref name="property"/>.</summary>
    public static bool[] ReadProperty(string path, string property)
    {
        bool[] set = new bool[CharacterDatabase.CodePoints];
        foreach ((Range range, string[] fields) in ReadRanges(path))
        {
            if (fields[1] == property)
                set.AsSpan(range).Fill(true);
        }
        return set;
    }

    /// <summary>The version in the first line, <c># Name-15.0.0.txt</c>.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static Version ReadVersion(string path)
    {
        string first = File.ReadLines(path).FirstOrDefault() ?? "";
        int start = first.LastIndexOf('-') + 1, end = first.LastIndexOf(".txt", StringComparison.Ordinal);
        return start > 0 && end > start && Version.TryParse(first[start..end], out Version? version)
            ? version
            : throw new InvalidDataException($"{path}: expected '# NAME-VERSION.txt' in the first line, found '{first}'.");
    }

    /// <summary>A code point in hexadecimal.</summary>
    public static int CodePoint(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>Code points in hexadecimal, separated by spaces.</summary>
    public static int[] Sequence(string text) =>
        Array.ConvertAll(text.Split(' ', StringSplitOptions.RemoveEmptyEntries), CodePoint);
}
