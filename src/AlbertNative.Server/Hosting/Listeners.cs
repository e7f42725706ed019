using System.Net.Security;
using AlbertNative.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AlbertNative.Server.Hosting;

/// <summary>Where the server listens, and what it speaks there.</summary>
internal static class Listeners
{
    /// <summary>Listens as the options say.</summary>
    /// <exception cref="FormatException">The certificate cannot be used.</exception>
    /// <exception cref="IOException">A file of the certificate cannot be read, or the socket's name is taken.</exception>
    public static void Add(KestrelServerOptions kestrel, ServerOptions options)
    {
        ILogger logger = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("albert-serve");
        TlsCertificate? certificate = TlsCertificate.Of(options, kestrel.ApplicationServices.GetRequiredService<TimeProvider>(), logger);
        // Without TLS a port speaks HTTP/1.1 or HTTP/2, not both; with it both sides agree on one at the beginning.
        kestrel.Listen(options.Http, listen => Speak(listen, certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2, certificate));
        if (options.Grpc is not null)
            kestrel.Listen(options.Grpc, listen => Speak(listen, HttpProtocols.Http2, certificate));
        if (options.UnixSocket is string path)
        {
            UnixSocketFile.Clear(path);
            kestrel.ListenUnixSocket(Path.GetFullPath(path), listen => listen.Protocols = HttpProtocols.Http1);
        }
    }

    private static void Speak(ListenOptions listen, HttpProtocols protocols, TlsCertificate? certificate)
    {
        listen.Protocols = protocols;
        if (certificate is null)
            return;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificate.Current }),
        });
    }
}
