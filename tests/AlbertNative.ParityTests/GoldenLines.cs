using System.IO.Compression;
using System.Text.Json;

namespace AlbertNative.ParityTests;

/// <summary>Reads the goldens' files of JSON, <c>.gz</c> ones too.</summary>
internal static class GoldenLines
{
    /// <summary>Each line of the file, parsed; of a single document, which is a line, itself.</summary>
    public static IEnumerable<JsonElement> Read(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is string line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }
}
