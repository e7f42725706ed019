using System.Security.Cryptography;
using System.Text;

namespace AlbertNative.Serving;

/// <summary>A client's key, of which only the hash is kept.</summary>
/// <param name="Client">Whose it is.</param>
/// <param name="Sha256">The SHA-256 of the key's UTF-8 bytes, 32 bytes.</param>
public sealed record ApiKey(ClientOptions Client, ReadOnlyMemory<byte> Sha256)
{
    /// <summary>A key that is at hand.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public static ApiKey Of(ClientOptions client, string secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(secret);
        return new(client, SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
    }
}
