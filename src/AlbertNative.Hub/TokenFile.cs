namespace AlbertNative.Hub;

/// <summary>The file in which a login leaves its token; read once, when a request first wants it.</summary>
internal sealed class TokenFile(string path) : IEquatable<TokenFile>
{
    private readonly Lazy<string?> _token = new(() => Read(path));

    public string Path => path;

    /// <summary>The token, or null where there is no such file or it is empty.</summary>
    /// <exception cref="HubException">The file cannot be read, or holds what is no token; that is not shown.</exception>
    public string? Token => _token.Value;

    /// <summary>Whether a request could send <paramref name="token"/> in a header.</summary>
    public static bool IsToken(string token) => token.Length > 0 && token.All(c => c is > ' ' and <= '~');

    public bool Equals(TokenFile? other) => other?.Path == path;

    public override bool Equals(object? obj) => Equals(obj as TokenFile);

    public override int GetHashCode() => path.GetHashCode(StringComparison.Ordinal);

    private static string? Read(string path)
    {
        string token;
        try
        {
            token = File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HubException(HubFailure.Storage, $"The token file {path} cannot be read: {e.Message}", e);
        }
        if (token.Length == 0)
            return null;
        return IsToken(token)
            ? token
            : throw new HubException(HubFailure.Storage, $"The token file {path} holds a character that no token has. Log in again, or delete it.");
    }
}
