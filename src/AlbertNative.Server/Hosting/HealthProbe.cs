using System.Net;
using AlbertNative.Server.Configuration;

namespace AlbertNative.Server.Hosting;

/// <summary>Asks a running server of this machine whether it is ready, for containers that have no other program to ask with.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Whether the server of these options answers that it is ready.</summary>
    public static async Task<bool> IsReadyAsync(ServerOptions options)
    {
        // The certificate is for the names that clients know; this asks its own machine, and tells it nothing.
        using HttpClientHandler handler = new() { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using HttpClient client = new(handler) { Timeout = Timeout };
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(AddressOf(options)).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Where the server is asked: one that listens on every address also does on the machine's own.</summary>
    private static Uri AddressOf(ServerOptions options)
    {
        IPEndPoint listening = options.Http;
        string scheme = options.TlsCertificate is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        IPAddress address = listening.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : listening.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : listening.Address;
        return new Uri($"{scheme}://{new IPEndPoint(address, listening.Port)}/health");
    }
}
