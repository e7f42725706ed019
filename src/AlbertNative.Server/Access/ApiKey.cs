using System.Collections.Immutable;

namespace AlbertNative.Server.Access;

/// <summary>A key that a client may have, by its hash.</summary>
/// <param name="Name">What logs and metrics call it.</param>
/// <param name="Sha256">The SHA-256 of the key, 32 bytes.</param>
/// <param name="Models">The models that it may use; null for all.</param>
internal sealed record ApiKey(string Name, ImmutableArray<byte> Sha256, ImmutableHashSet<string>? Models)
{
    /// <summary>Whether the key may use a model.</summary>
    public bool MayUse(string model) => Models?.Contains(model) ?? true;
}
