using System.Text.Json;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Tokenization;

/// <summary>The tokenizer goldens of the shared folder: one JSON object a line, compressed.</summary>
internal static class GoldenFile
{
    private const string Folder = "goldens/tokenizer";
    private const string Extension = ".jsonl.gz";

    /// <summary>The names, without prefix and extension, of the goldens that begin with <paramref name="prefix"/>.</summary>
    public static IEnumerable<string> Names(string prefix) =>
        SharedFolder.Files(Folder, prefix + "*" + Extension)
            .Select(path => System.IO.Path.GetFileName(path)[prefix.Length..^Extension.Length]);

    /// <summary>The lines of a golden.</summary>
    public static IEnumerable<JsonElement> Lines(string prefix, string name) => GoldenLines.Read(Path(prefix, name));

    /// <summary>The file of a golden.</summary>
    public static string Path(string prefix, string name) => SharedFolder.Require(Folder, prefix + name + Extension);

    /// <summary>An array of numbers.</summary>
    public static int[] Integers(this JsonElement line, string name) =>
        [.. line.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];

    /// <summary>An array of strings.</summary>
    public static string[] Strings(this JsonElement line, string name) =>
        [.. line.GetProperty(name).EnumerateArray().Select(value => value.GetString()!)];

    /// <summary>An array of pairs of numbers.</summary>
    public static (int, int)[] Pairs(this JsonElement line, string name) =>
        [.. line.GetProperty(name).EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetInt32()))];
}
