using System.Net;
using System.Net.Http.Headers;

namespace AlbertNative.Hub.Http;

/// <summary>
/// Sends one request and follows its redirects by hand, because the token's way must be known at every step: it is
/// sent while all addresses so far had the hub's scheme, host and port, and never again after the first that had not.
/// </summary>
internal sealed class HubConnection : IDisposable
{
    private const int MaximumRedirects = 10;

    private static readonly ProductInfoHeaderValue UserAgent =
        new("AlbertNative.Hub", typeof(HubConnection).Assembly.GetName().Version?.ToString(3));

    private readonly HttpMessageInvoker _http;
    private readonly HubOptions _options;

    public HubConnection(HubOptions options)
    {
        _options = options;
        _http = options.Handler is { } handler
            ? new HttpMessageInvoker(handler, disposeHandler: false)
            : new HttpMessageInvoker(new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                UseCookies = false,
                ConnectTimeout = TimeSpan.FromSeconds(15),
            });
    }

    /// <summary>Sends a request and returns the first answer that is no redirect, or that <paramref name="isAnswer"/> accepts.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="address">An address of the hub.</param>
    /// <param name="from">The first byte wanted; 0 for the whole.</param>
    /// <param name="isAnswer">Accepts a redirect as the answer, for what its headers say; null for none.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="HubException">No answer, or redirects that must not be followed.</exception>
    public async Task<HubResponse> SendAsync(
        HttpMethod method, Uri address, long from, Func<HubResponse, bool>? isAnswer, CancellationToken cancellationToken)
    {
        bool fromHub = true;
        for (int hop = 0; hop <= MaximumRedirects; hop++)
        {
            fromHub &= IsHub(address);
            HttpResponseMessage message = await SendOnceAsync(method, address, from, fromHub, cancellationToken).ConfigureAwait(false);
            HubResponse response = new(message, address, fromHub, _options);
            if (!IsRedirect(response.Status) || isAnswer?.Invoke(response) == true)
                return response;

            response.Dispose();
            address = Target(address, message.Headers.Location);
        }
        throw new HubException(HubFailure.InvalidResponse,
            $"The hub {ServerText.Address(_options.Endpoint)} redirected more than {MaximumRedirects} times; check HF_ENDPOINT.");
    }

    public void Dispose() => _http.Dispose();

    private static bool IsRedirect(HttpStatusCode status) => status is
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static Uri Target(Uri address, Uri? location)
    {
        if (location is null || !Uri.TryCreate(address, location, out Uri? target) || target.Scheme is not ("http" or "https"))
        {
            throw new HubException(HubFailure.InvalidResponse,
                $"{ServerText.Address(address)} redirects to something that is no web address.");
        }
        if (address.Scheme == "https" && target.Scheme == "http")
        {
            throw new HubException(HubFailure.InvalidResponse,
                $"{ServerText.Address(address)} redirects from https to http ({target.IdnHost}); this is not followed.");
        }
        return target;
    }

    private bool IsHub(Uri address) =>
        address.Scheme == _options.Endpoint.Scheme
        && address.Port == _options.Endpoint.Port
        && string.Equals(address.IdnHost, _options.Endpoint.IdnHost, StringComparison.OrdinalIgnoreCase);

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpMethod method, Uri address, long from, bool withToken, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(method, address);
        request.Headers.UserAgent.Add(UserAgent);
        // Compressed answers would have other sizes than the files.
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        if (withToken && _options.Token is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);

        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_options.Timeout);
        try
        {
            return await _http.SendAsync(request, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw HubErrors.Silent(address, _options.Timeout);
        }
        catch (HttpRequestException e)
        {
            throw HubErrors.Unreachable(address, e);
        }
    }
}
