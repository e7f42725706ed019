using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace AlbertNative.Server.Page;

/// <summary>A file of the page, as it lies in this program.</summary>
/// <param name="ContentType">What it is.</param>
/// <param name="Bytes">What is in it.</param>
/// <param name="Tag">Another one for other bytes.</param>
internal sealed record PageFile(string ContentType, byte[] Bytes, EntityTagHeaderValue Tag)
{
    /// <summary>The file that is shown; the others are what it asks for.</summary>
    public const string First = "index.html";

    private const string Folder = "Page/";
    private const int TagBytes = 12;

    private static readonly Dictionary<string, string> ContentTypes = new()
    {
        [".css"] = "text/css; charset=utf-8",
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    /// <summary>All files by their names.</summary>
    public static IReadOnlyDictionary<string, PageFile> All { get; } = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .ToDictionary(name => name[Folder.Length..], Read);

    private static PageFile Read(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, TagBytes));
        return new PageFile(ContentTypes[Path.GetExtension(resource)], bytes, new EntityTagHeaderValue($"\"{hash}\""));
    }
}
