using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using AlbertNative.Server.Configuration;

namespace AlbertNative.Server.Access;

/// <summary>The keys that clients need.</summary>
internal sealed class ApiKeys
{
    private const string Bearer = "Bearer ";

    private readonly ImmutableArray<ApiKey> _keys;

    private ApiKeys(ImmutableArray<ApiKey> keys) => _keys = keys;

    /// <summary>Whether any are needed.</summary>
    public bool AreNeeded => !_keys.IsEmpty;

    /// <summary>Those that the options name.</summary>
    /// <exception cref="FormatException">Their file is malformed.</exception>
    /// <exception cref="IOException">Their file cannot be read.</exception>
    public static ApiKeys Of(ServerOptions options)
    {
        ImmutableArray<ApiKey> keys = options.ApiKeys is string path ? ApiKeyFile.Read(path) : [];
        if (options.ApiKeys is not null && keys.IsEmpty)
            throw new FormatException($"{options.ApiKeys}: there is no key in it, so that nobody could ask anything");
        if (options.ApiKey is string key)
            keys = keys.Add(new ApiKey("default", [.. SHA256.HashData(Encoding.UTF8.GetBytes(key))], null));
        return new ApiKeys(keys);
    }

    /// <summary>The key of a request, from <c>Authorization: Bearer</c> or <c>x-api-key</c>; null where it has none of ours.</summary>
    public ApiKey? Find(IHeaderDictionary headers)
    {
        string? authorization = headers.Authorization;
        string? given = authorization is null ? headers["x-api-key"]
            : authorization.StartsWith(Bearer, StringComparison.Ordinal) ? authorization[Bearer.Length..] : null;
        return given is null ? null : Find(given);
    }

    // All are compared, each in constant time: the time tells nothing about how near a wrong key is.
    private ApiKey? Find(string given)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(given));
        ApiKey? found = null;
        foreach (ApiKey key in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, key.Sha256.AsSpan()))
                found = key;
        }
        return found;
    }
}
