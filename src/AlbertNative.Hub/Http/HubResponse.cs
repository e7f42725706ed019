using System.Net;
using System.Net.Http.Headers;

namespace AlbertNative.Hub.Http;

/// <summary>An answer whose body is still on its way. Disposing it closes the connection if the body was not read to its end.</summary>
internal sealed class HubResponse(HttpResponseMessage message, Uri address, bool fromHub, HubOptions options) : IDisposable
{
    private readonly LowestRate _rate = new(options);

    /// <summary>Where the answer came from, after redirects.</summary>
    public Uri Address => address;

    /// <summary>Whether the hub's own scheme, host and port gave the answer and every redirect before it.</summary>
    public bool FromHub => fromHub;

    public HttpStatusCode Status => message.StatusCode;

    public HttpContentHeaders Content => message.Content.Headers;

    public RetryConditionHeaderValue? RetryAfter => message.Headers.RetryAfter;

    /// <summary>The header's first value, or null. Kept as sent: ETags and the like are checked by their readers.</summary>
    public string? Header(string name) =>
        message.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) && values.Count > 0
            ? values.First()
            : null;

    /// <summary>Reads what has arrived of the body; 0 at its end.</summary>
    /// <exception cref="HubException">The connection was cut, fell silent or is too slow.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Timeout);
        try
        {
            Stream body = await message.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
            int count = await body.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
            return count == 0 || _rate.Allows(count) ? count : throw HubErrors.Slow(address, options);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw HubErrors.Silent(address, options.Timeout);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw HubErrors.Cut(address, e);
        }
    }

    public void Dispose() => message.Dispose();
}
