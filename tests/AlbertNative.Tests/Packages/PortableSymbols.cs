using System.Reflection.Metadata;
using System.Text.Json;

namespace AlbertNative.Tests.Packages;

/// <summary>What a portable PDB says of its sources: where they are published, and which it holds itself.</summary>
internal sealed record PortableSymbols(IReadOnlyDictionary<string, string> SourceLink, IReadOnlyList<SourceDocument> Documents)
{
    // The Portable PDB specification's kinds of custom debug information.
    private static readonly Guid SourceLinkKind = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");
    private static readonly Guid EmbeddedSourceKind = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    public static PortableSymbols Read(Stream pdb)
    {
        using MemoryStream copy = new();
        pdb.CopyTo(copy);
        copy.Position = 0;
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(copy);
        MetadataReader reader = provider.GetMetadataReader();

        BlobHandle sourceLink = Information(reader, EntityHandle.ModuleDefinition, SourceLinkKind);
        return new(
            sourceLink.IsNil ? new Dictionary<string, string>() : ReadSourceLink(reader.GetBlobBytes(sourceLink)),
            [.. reader.Documents.Select(handle => new SourceDocument(
                reader.GetString(reader.GetDocument(handle).Name),
                IsEmbedded: !Information(reader, handle, EmbeddedSourceKind).IsNil))]);
    }

    /// <summary>Whether a document can be fetched: Source Link's patterns end with an asterisk.</summary>
    public bool IsPublished(string document) => SourceLink.Keys.Any(pattern =>
        pattern.EndsWith('*') ? document.StartsWith(pattern[..^1], StringComparison.Ordinal) : document == pattern);

    private static BlobHandle Information(MetadataReader reader, EntityHandle parent, Guid kind) =>
        reader.GetCustomDebugInformation(parent)
            .Select(reader.GetCustomDebugInformation)
            .Where(information => reader.GetGuid(information.Kind) == kind)
            .Select(information => information.Value)
            .SingleOrDefault();

    private static Dictionary<string, string> ReadSourceLink(byte[] json)
    {
        using JsonDocument parsed = JsonDocument.Parse(json);
        return parsed.RootElement.GetProperty("documents").EnumerateObject()
            .ToDictionary(property => property.Name, property => property.Value.GetString()!);
    }
}

/// <summary>A source file of a library.</summary>
/// <param name="Path">Its path as the symbols give it.</param>
/// <param name="IsEmbedded">Whether the symbols hold its text.</param>
internal sealed record SourceDocument(string Path, bool IsEmbedded);
