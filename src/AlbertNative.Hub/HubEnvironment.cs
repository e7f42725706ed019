using System.Text.RegularExpressions;

namespace AlbertNative.Hub;

/// <summary>
/// The variables of Hugging Face's Python library and their defaults, as its documentation gives them
/// (huggingface_hub, "Environment variables").
/// </summary>
internal sealed partial class HubEnvironment(Func<string, string?> variable)
{
    public Uri Endpoint
    {
        get
        {
            string? text = Value("HF_ENDPOINT");
            if (text is null)
                return HubOptions.DefaultEndpoint;
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
                ? uri
                : throw new ArgumentException("HF_ENDPOINT is not an http or https address.");
        }
    }

    // The second name is the one that older versions of the library read.
    public string CacheDirectory =>
        Folder("HF_HUB_CACHE") ?? Folder("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(Home, "hub");

    public bool Offline => IsTrue("HF_HUB_OFFLINE");

    public string? Token => ImplicitTokens ? Value("HF_TOKEN") ?? Value("HUGGING_FACE_HUB_TOKEN") : null;

    public TokenFile? TokenFile => ImplicitTokens ? new(Folder("HF_TOKEN_PATH") ?? Path.Combine(Home, "token")) : null;

    // Of the variable as of the file: what nobody has asked to send is not sent.
    private bool ImplicitTokens => !IsTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN");

    private string Home =>
        Folder("HF_HOME")
        ?? Path.Combine(Folder("XDG_CACHE_HOME") ?? Path.Combine(UserFolder, ".cache"), "huggingface");

    // Python's "~": HOME first, so that a service or a test can move it, then what the system says.
    private string UserFolder =>
        (OperatingSystem.IsWindows() ? Value("USERPROFILE") : Value("HOME"))
        ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private bool IsTrue(string name) => Value(name)?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    private string? Value(string name) => variable(name)?.Trim() is { Length: > 0 } value ? value : null;

    private string? Folder(string name)
    {
        string? path = Value(name);
        if (path is null)
            return null;
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal) || path.StartsWith("~\\", StringComparison.Ordinal))
            path = UserFolder + path[1..];
        // The library expands $NAME and ${NAME}, and leaves what is not set as it stands. A regular expression is slow to load.
        if (path.Contains('$', StringComparison.Ordinal))
            path = VariableReference().Replace(path, match => Value(match.Groups["name"].Value) ?? match.Value);
        return Path.GetFullPath(path);
    }

    [GeneratedRegex(@"\$(?:(?<name>[A-Za-z0-9_]+)|\{(?<name>[^}]+)\})", RegexOptions.CultureInvariant)]
    private static partial Regex VariableReference();
}
