using AlbertNative.Hub.Http;

namespace AlbertNative.Hub;

/// <summary>
/// Where models come from and where they are kept. <see cref="FromEnvironment()"/> reads the variables that
/// Hugging Face's Python library reads; <c>with</c> changes what a program wants otherwise.
/// </summary>
public sealed record HubOptions
{
    private readonly string? _token;
    private readonly TokenFile? _tokenFile;

    /// <summary>The public hub.</summary>
    public static Uri DefaultEndpoint { get; } = new("https://huggingface.co");

    /// <summary>The hub's address, possibly with a path (as mirrors have); no user name, query or fragment.</summary>
    public Uri Endpoint { get; init; } = DefaultEndpoint;

    /// <summary>The folder of all cached models, which holds <c>models--org--name</c> folders.</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>
    /// The access token, or null. It is sent to <see cref="Endpoint"/>'s scheme, host and port and nowhere else,
    /// and is part of no message. Where the environment leads to a file, that is read when the token is first asked for.
    /// </summary>
    /// <exception cref="HubException">The environment's token file cannot be read or holds no token.</exception>
    public string? Token
    {
        get => _token ?? _tokenFile?.Token;
        init
        {
            _token = value;
            _tokenFile = null;
        }
    }

    /// <summary>Never touch the network: what the cache does not hold is an error.</summary>
    public bool Offline { get; init; }

    /// <summary>
    /// How often in a row a request may fail for a passing reason without having gained what <see cref="MinRate"/> gives
    /// in <see cref="Timeout"/>; at least 1.
    /// </summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>The wait after the first failure; it doubles with each further one, up to 8 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait that the hub may ask for (Retry-After); a longer one is a failure.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the hub may be silent, before its answer and between two pieces of it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The lowest rate, in bytes a second over <see cref="Timeout"/>, at which an answer is listened to; a slower one is a
    /// passing failure, as a silent one is. 0 for none.
    /// </summary>
    public int MinRate { get; init; } = 1024;

    /// <summary>The most bytes of a file whose size the hub does not announce; 4 GiB unless set.</summary>
    public long MaxUnannouncedSize { get; init; } = 4L << 30;

    /// <summary>
    /// Hears, in a sentence, when a model is taken from the cache although something about it could not be asked: the hub
    /// cannot be reached, or offline mode is on and the cache may lack files. Null for silence.
    /// </summary>
    public Action<string>? Notice { get; init; }

    /// <summary>
    /// Sends the requests, for proxies, own certificates and the like; null for a plain one. It must not follow
    /// redirects itself (the client does, to keep the token at home) nor decompress. The client does not dispose it.
    /// </summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>The token of the environment: one that a variable gives, else the file's.</summary>
    private (string? Token, TokenFile? File) ImplicitToken
    {
        init => (_token, _tokenFile) = (value.Token, value.Token is null ? value.File : null);
    }

    /// <summary>Runs the waits between attempts.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Bytes that may be written below a folder, or null where that is unknown.</summary>
    internal Func<string, long?> FreeSpace { get; init; } = Cache.Disk.FreeSpace;

    /// <summary>False to behave as on a platform that refuses symbolic links.</summary>
    internal bool SymbolicLinks { get; init; } = true;

    /// <summary>The options that this process's environment asks for.</summary>
    /// <exception cref="ArgumentException">A variable is set to something unusable; the message names it.</exception>
    public static HubOptions FromEnvironment() => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>
    /// The options that an environment asks for: <c>HF_HUB_CACHE</c>, else <c>HF_HOME/hub</c>, else
    /// <c>XDG_CACHE_HOME/huggingface/hub</c>, else <c>~/.cache/huggingface/hub</c>; <c>HF_ENDPOINT</c>;
    /// <c>HF_TOKEN</c>, else the file <c>HF_TOKEN_PATH</c>, else the file <c>HF_HOME/token</c>, and no token at all with
    /// <c>HF_HUB_DISABLE_IMPLICIT_TOKEN</c>; <c>HF_HUB_OFFLINE</c> (1, on, yes or true).
    /// </summary>
    /// <param name="variable">Gives a variable's value, or null where it is not set.</param>
    /// <exception cref="ArgumentException">A variable is set to something unusable; the message names it.</exception>
    public static HubOptions FromEnvironment(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        HubEnvironment environment = new(variable);
        return new HubOptions
        {
            Endpoint = environment.Endpoint,
            CacheDirectory = environment.CacheDirectory,
            Offline = environment.Offline,
            ImplicitToken = (environment.Token, environment.TokenFile),
        };
    }

    /// <summary>The options in words, with the token's presence in the token's place.</summary>
    public override string ToString() =>
        $"{(Endpoint.IsAbsoluteUri ? ServerText.Address(Endpoint) : Endpoint)}, cache {CacheDirectory}, {TokenInWords}{(Offline ? ", offline" : "")}";

    // The file is not read for that: it may be unreadable.
    private string TokenInWords => (_token, _tokenFile) switch
    {
        ({ }, _) => "with a token",
        (_, { } file) when File.Exists(file.Path) => $"with the token of {file.Path}",
        _ => "no token",
    };

    /// <summary>Throws where a property has an unusable value; messages name the property, never the token.</summary>
    internal void Validate()
    {
        if (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https"))
            throw new ArgumentException("Endpoint is not an http or https address.");
        if (Endpoint.UserInfo.Length > 0 || Endpoint.Query.Length > 0 || Endpoint.Fragment.Length > 0)
            throw new ArgumentException("Endpoint must not hold a user name, a query or a fragment.");
        ArgumentException.ThrowIfNullOrWhiteSpace(CacheDirectory);
        if (_token is not null && !TokenFile.IsToken(_token))
            throw new ArgumentException("Token is empty or holds a character that no token has.");
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRetryAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(MinRate);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxUnannouncedSize);
        if (Sender(Handler) is HttpClientHandler { AllowAutoRedirect: true } or SocketsHttpHandler { AllowAutoRedirect: true })
            throw new ArgumentException("Handler follows redirects itself; set AllowAutoRedirect to false.");
    }

    // What in the end sends a request that passes through others.
    private static HttpMessageHandler? Sender(HttpMessageHandler? handler)
    {
        while (handler is DelegatingHandler { InnerHandler: { } inner })
            handler = inner;
        return handler;
    }
}
