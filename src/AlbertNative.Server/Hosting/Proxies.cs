using AlbertNative.Server.Configuration;
using Microsoft.AspNetCore.HttpOverrides;

namespace AlbertNative.Server.Hosting;

/// <summary>Takes a client's address from <c>X-Forwarded-For</c> where a proxy that is trusted says it: from anybody else it would be nobody's quota.</summary>
internal static class Proxies
{
    public static void Use(WebApplication app, ServerOptions options)
    {
        if (options.TrustedProxies.IsEmpty)
            return;
        ForwardedHeadersOptions forwarded = new() { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (System.Net.IPNetwork network in options.TrustedProxies)
            forwarded.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(forwarded);
    }
}
