using System.Security.Cryptography;
using System.Text;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>What a converted model says of where it comes from.</summary>
internal static class ConversionProvenance
{
    private const string HashSeparator = "  ";

    /// <summary>
    /// Name and hashes belong together: of a converted model that is converted again both are the first source's, unless
    /// the caller names it anew.
    /// </summary>
    public static ModelProvenance Of(ConversionSource source, ConversionOptions options, CancellationToken cancellationToken)
    {
        ModelProvenance? earlier = options.SourceName is null && source.Provenance is { Source.Length: > 0 } known ? known : null;
        ModelOrigin origin = options.SourceName is string name ? ModelOrigin.Parse(name)
            : earlier is null ? source.Origin
            : new(earlier.Source, earlier.Revision);
        SortedDictionary<string, string> hashes = Parse(earlier?.SourceHashes ?? "");
        foreach ((string file, string path) in earlier is null ? source.Files : source.PartFiles)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using FileStream stream = File.OpenRead(path);
            hashes[file] = System.Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        string precision = StoredPrecision.NameOf(options.Storage);
        return new(
            origin.Name,
            Format(hashes),
            $"AlbertNative {typeof(ModelConverter).Assembly.GetName().Version!.ToString(3)}",
            precision)
        {
            Revision = origin.Revision,
            LowestPrecision = StoredPrecision.Lower(source.LowestPrecision, precision),
        };
    }

    // The lines of sha256sum, so that it can check them.
    private static string Format(SortedDictionary<string, string> hashes)
    {
        StringBuilder lines = new();
        foreach ((string name, string hash) in hashes)
            lines.Append(hash).Append(HashSeparator).Append(name).Append('\n');
        return lines.ToString();
    }

    private static SortedDictionary<string, string> Parse(string lines)
    {
        SortedDictionary<string, string> hashes = new(StringComparer.Ordinal);
        foreach (string line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(HashSeparator, 2);
            hashes[parts[^1]] = parts[0];
        }
        return hashes;
    }
}
