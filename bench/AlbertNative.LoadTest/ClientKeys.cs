using System.Security.Cryptography;
using System.Text;

namespace AlbertNative.LoadTest;

/// <summary>A file of keys, for clients that the server is to tell apart though all of them are on one machine.</summary>
internal sealed class ClientKeys : IDisposable
{
    /// <param name="keys">The keys, each of a client of the same name.</param>
    public ClientKeys(params IEnumerable<string> keys) => File.WriteAllText(
        Path, $"[{string.Join(',', keys.Select(key => $$"""{"name": "{{key}}", "sha256": "{{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}}"}"""))}]");

    /// <summary>Where the server finds them.</summary>
    public string Path { get; } = System.IO.Path.GetTempFileName();

    /// <summary>The header that a client with a key sends; none without.</summary>
    public static (string Name, string Value)[] Header(string? key) => key is null ? [] : [("x-api-key", key)];

    public void Dispose() => File.Delete(Path);
}
