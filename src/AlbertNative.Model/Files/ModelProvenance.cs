namespace AlbertNative.Model;

/// <summary>Where a converted model comes from.</summary>
/// <param name="Source">The name of what was converted: a model's on the hub, a directory's or a file's.</param>
/// <param name="SourceHashes">
/// SHA-256 of every file that went in, as <c>sha256sum</c> writes and checks them: a line each, hash, two spaces, name
/// below the model's directory.
/// </param>
/// <param name="Converter">The program and its version.</param>
/// <param name="Precision">How the weights are stored: <c>fp32</c>, <c>fp16</c> or <c>int8</c>.</param>
public sealed record ModelProvenance(string Source, string SourceHashes, string Converter, string Precision)
{
    private const string SourceKey = "albertnative.source";
    private const string HashesKey = "albertnative.source_sha256";
    private const string ConverterKey = "albertnative.converter";
    private const string PrecisionKey = "albertnative.precision";
    private const string RevisionKey = "albertnative.source_revision";
    private const string LowestPrecisionKey = "albertnative.lowest_precision";

    /// <summary>The branch, tag or commit of a source on the hub; null where it is not known.</summary>
    public string? Revision { get; init; }

    /// <summary>
    /// The lowest precision that the weights have been in on their way here, <c>fp32</c>, <c>fp16</c>, <c>bf16</c> or
    /// <c>int8</c>: lower than <see cref="Precision"/> where rounded weights were widened again.
    /// </summary>
    public string LowestPrecision { get; init; } = Precision;

    /// <summary>The entries of a one-file model's metadata.</summary>
    internal IEnumerable<KeyValuePair<string, string>> ToMetadata()
    {
        yield return new(SourceKey, Source);
        yield return new(HashesKey, SourceHashes);
        yield return new(ConverterKey, Converter);
        yield return new(PrecisionKey, Precision);
        if (Revision is not null)
            yield return new(RevisionKey, Revision);
        if (LowestPrecision != Precision)
            yield return new(LowestPrecisionKey, LowestPrecision);
    }

    internal static ModelProvenance Read(IReadOnlyDictionary<string, string> metadata)
    {
        string Entry(string key) => metadata.GetValueOrDefault(key, "");
        string precision = Entry(PrecisionKey);
        return new(Entry(SourceKey), Entry(HashesKey), Entry(ConverterKey), precision)
        {
            Revision = metadata.GetValueOrDefault(RevisionKey),
            LowestPrecision = metadata.GetValueOrDefault(LowestPrecisionKey, precision),
        };
    }
}
