using AlbertNative.Server.Configuration;
using AlbertNative.Serving;

namespace AlbertNative.Server.Access;

/// <summary>The keys that clients need, and who they are without one.</summary>
internal sealed class ApiKeys
{
    private const string Bearer = "Bearer ";

    private readonly ClientDirectory _clients;

    private ApiKeys(ClientDirectory clients) => _clients = clients;

    /// <summary>Whether any are needed.</summary>
    public bool AreNeeded => _clients.HasKeys;

    /// <summary>Those that the options name.</summary>
    /// <exception cref="FormatException">Their file is malformed.</exception>
    /// <exception cref="IOException">Their file cannot be read.</exception>
    public static ApiKeys Of(ServerOptions options)
    {
        ApiKeys keys = new(new ClientDirectory([]));
        keys.Replace(options);
        return keys;
    }

    /// <summary>Takes those that the options name now; clients whose terms are the same go on with what is left of their quotas.</summary>
    /// <exception cref="FormatException">Their file is malformed; nothing is changed.</exception>
    /// <exception cref="IOException">Their file cannot be read; nothing is changed.</exception>
    public void Replace(ServerOptions options)
    {
        List<ApiKey> keys = options.ApiKeys is string path ? [.. ApiKeyFile.Read(path)] : [];
        if (options.ApiKeys is not null && keys.Count == 0)
            throw new FormatException($"{options.ApiKeys}: there is no key in it, so that nobody could ask anything");
        if (options.ApiKey is string key)
            keys.Add(ApiKey.Of(new ClientOptions { Name = "default" }, key));
        try
        {
            _clients.Replace(keys);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{options.ApiKeys}: {e.Message}", e);
        }
    }

    /// <summary>Whose key a request has, from <c>Authorization: Bearer</c> or <c>x-api-key</c>; null where it has none of ours.</summary>
    public ServingClient? Find(IHeaderDictionary headers)
    {
        string? authorization = headers.Authorization;
        string? given = authorization is null ? headers["x-api-key"]
            : authorization.StartsWith(Bearer, StringComparison.Ordinal) ? authorization[Bearer.Length..] : null;
        return given is null ? null : _clients.Authenticate(given);
    }

    /// <summary>Who asks: whose key was found, else the address.</summary>
    public ServingClient ClientOf(HttpContext http) =>
        http.Features.Get<ServingClient>() ?? _clients.Anonymous(http.Connection.RemoteIpAddress?.ToString() ?? "unknown");
}
