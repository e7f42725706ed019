namespace AlbertNative.Model;

/// <summary>Where a converted model comes from.</summary>
/// <param name="Source">The name of what was converted: a model's on the hub, a directory's or a file's.</param>
/// <param name="SourceHashes">
/// SHA-256 of every file that went in, as <c>sha256sum</c> writes and checks them: a line each, hash, two spaces, name.
/// </param>
/// <param name="Converter">The program and its version.</param>
/// <param name="Precision">How the weights are stored: <c>fp32</c>, <c>fp16</c> or <c>int8</c>.</param>
public sealed record ModelProvenance(string Source, string SourceHashes, string Converter, string Precision)
{
    private const string SourceKey = "albertnative.source";
    private const string HashesKey = "albertnative.source_sha256";
    private const string ConverterKey = "albertnative.converter";
    private const string PrecisionKey = "albertnative.precision";

    /// <summary>The entries of a one-file model's metadata.</summary>
    internal IEnumerable<KeyValuePair<string, string>> ToMetadata() =>
    [
        new(SourceKey, Source), new(HashesKey, SourceHashes), new(ConverterKey, Converter), new(PrecisionKey, Precision),
    ];

    internal static ModelProvenance Read(IReadOnlyDictionary<string, string> metadata)
    {
        string Entry(string key) => metadata.TryGetValue(key, out string? value) ? value : "";
        return new(Entry(SourceKey), Entry(HashesKey), Entry(ConverterKey), Entry(PrecisionKey));
    }
}
