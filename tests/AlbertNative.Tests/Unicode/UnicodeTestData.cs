using System.Globalization;
using System.IO.Compression;
using System.Text;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Unicode;

/// <summary>The conformance tests of the Unicode Character Database that the repository holds.</summary>
internal static class UnicodeTestData
{
    /// <summary>The lines of a test without comments, with the number each has in the file.</summary>
    public static IEnumerable<(int Number, string Text)> Lines(string name)
    {
        string path = Path.Combine(SharedFolder.Repository, "tests", "AlbertNative.Tests", "Unicode", "Data", name + ".gz");
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        for (int number = 1; reader.ReadLine() is string line; number++)
        {
            int comment = line.IndexOf('#');
            string data = comment < 0 ? line : line[..comment];
            if (!string.IsNullOrWhiteSpace(data))
                yield return (number, data.Trim());
        }
    }

    /// <summary>The text that a sequence of hexadecimal code points spells.</summary>
    public static string Text(string codePoints)
    {
        StringBuilder text = new();
        foreach (string hex in codePoints.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            text.Append(new Rune(int.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)));
        return text.ToString();
    }
}
