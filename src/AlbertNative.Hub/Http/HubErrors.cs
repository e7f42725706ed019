using System.Globalization;
using System.Net;

namespace AlbertNative.Hub.Http;

/// <summary>
/// Turns what the network and the hub say into named errors. The hub explains its refusals in <c>X-Error-Code</c>;
/// the status alone is read only where that is absent (mirrors).
/// </summary>
internal static class HubErrors
{
    private const string GetToken = "set HF_TOKEN to an access token, or log in with Hugging Face's own tools";

    public static HubException Silent(Uri address, TimeSpan timeout) => new(HubFailure.Network,
        string.Create(CultureInfo.InvariantCulture, $"{address.IdnHost} sent nothing for {timeout.TotalSeconds:0.###} s. Check the network and try again; what has arrived is kept."))
    { IsTransient = true };

    public static HubException Slow(Uri address, HubOptions options) => new(HubFailure.Network,
        string.Create(CultureInfo.InvariantCulture, $"{address.IdnHost} sent fewer than {options.MinRate} bytes a second for {options.Timeout.TotalSeconds:0.###} s. Check the network and try again; what has arrived is kept."))
    { IsTransient = true };

    public static HubException Cut(Uri address, Exception cause) => new(HubFailure.Network,
        $"The connection to {address.IdnHost} was cut. Check the network and try again; what has arrived is kept.", cause)
    { IsTransient = true };

    public static HubException Unreachable(Uri address, HttpRequestException cause) => new(HubFailure.Network,
        $"{address.IdnHost} cannot be reached: {cause.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "the name is unknown",
            HttpRequestError.ConnectionError => "no connection",
            HttpRequestError.SecureConnectionError => "its certificate is not trusted or TLS failed",
            HttpRequestError.ProxyTunnelError => "the proxy refused",
            _ => "the connection was cut",
        }}. Check the network, HTTPS_PROXY and HF_ENDPOINT; with HF_HUB_OFFLINE=1 only the cache is used.", cause)
    { IsTransient = cause.HttpRequestError is not HttpRequestError.SecureConnectionError };

    public static HubException TooLarge(RemoteFile file, HubName name, long limit) => new(HubFailure.TooLarge,
        string.Create(CultureInfo.InvariantCulture, $"'{file.Name}' of '{name}' {(file.Size is { } size ? $"has {size} bytes, more than the {limit} that such a file may have" : $"has no announced size and more than {limit} bytes, and was given up")}."));

    /// <summary>The error that a refusal means; call it for answers that are neither success nor redirect.</summary>
    public static HubException Refused(HubResponse response, HubName name, string? file, HubOptions options)
    {
        if (!response.FromHub)
            return FromStorage(response, file, options);

        string hub = ServerText.Address(options.Endpoint).TrimEnd('/');
        string? code = response.Header("X-Error-Code");
        switch (response.Status, code)
        {
            case (_, "GatedRepo"):
                return new HubException(HubFailure.Gated,
                    $"The model '{name.Repository}' is gated: accept its terms at {hub}/{name.Repository}, then {GetToken}.{Said(response, options)}");
            case (_, "RepoNotFound"):
                return Unknown(hub, name);
            case (_, "RevisionNotFound"):
                return new HubException(HubFailure.RevisionNotFound,
                    $"The model '{name.Repository}' at {hub} has no branch, tag or commit '{name.Revision}'.");
            case (HttpStatusCode.NotFound, _) when file is not null:
            case (_, "EntryNotFound"):
                return new HubException(HubFailure.FileNotFound, $"The model '{name}' at {hub} has no file '{file}'.");
            case (HttpStatusCode.NotFound, _):
                return Unknown(hub, name);
            case (HttpStatusCode.Unauthorized, _) when options.Token is null:
                return new HubException(HubFailure.Unauthorized,
                    $"{hub} does not show '{name.Repository}' to strangers: there is no such model, or it is private. Check the spelling; for a private model {GetToken}.{Said(response, options)}");
            case (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _):
                return new HubException(HubFailure.Unauthorized,
                    $"{hub} refused access to '{name.Repository}' ({(int)response.Status}). {(options.Token is null ? "To get it, " + GetToken : "The token is invalid or may not read this model: replace HF_TOKEN, or unset it for public models")}.{Said(response, options)}");
            default:
                return Failed(response, hub, name, options);
        }
    }

    private static HubException Unknown(string hub, HubName name) => new(HubFailure.RepositoryNotFound,
        $"{hub} has no model '{name.Repository}', or does not show it to you. Check the spelling; for a private model {GetToken}.");

    // The storage behind the hub knows nothing of models: its refusals are faults of a signed address.
    private static HubException FromStorage(HubResponse response, string? file, HubOptions options) => new(
        response.Status == HttpStatusCode.TooManyRequests ? HubFailure.RateLimited : HubFailure.ServerError,
        $"{response.Address.IdnHost}, which the hub names as the place of {file ?? "its answer"}, answered {(int)response.Status}. Try again later.")
    { IsTransient = IsPassing(response.Status), RetryAfter = Wait(response, options) };

    private static HubException Failed(HubResponse response, string hub, HubName name, HubOptions options)
    {
        TimeSpan? wait = Wait(response, options);
        bool limited = response.Status == HttpStatusCode.TooManyRequests;
        string when = wait is { } time
            ? string.Create(CultureInfo.InvariantCulture, $"in {Math.Ceiling(time.TotalSeconds)} s")
            : "later";
        return new HubException(limited ? HubFailure.RateLimited : HubFailure.ServerError,
            limited
                ? $"{hub} allows no more requests for now (429). Try again {when}; requests with a token have higher limits.{Said(response, options)}"
                : $"{hub} answered {(int)response.Status} for '{name}'. Try again {when}.{Said(response, options)}")
        { IsTransient = IsPassing(response.Status), RetryAfter = wait };
    }

    private static bool IsPassing(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    private static TimeSpan? Wait(HubResponse response, HubOptions options)
    {
        TimeSpan? wait = response.RetryAfter?.Delta ?? (response.RetryAfter?.Date - options.Clock.GetUtcNow());
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static string Said(HubResponse response, HubOptions options) =>
        response.Header("X-Error-Message") is { Length: > 0 } text
            ? $" The hub says: {ServerText.Clean(text, options.Token)}"
            : "";
}
