using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects.Grpc.Oip;
using AlbertNative.Server.Hosting;
using AlbertNative.Tests.Checkpoints;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AlbertNative.Tests.Server;

/// <summary>TLS, and Unix domain sockets.</summary>
public sealed class ListenerTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_port_with_tls_speaks_both_http_and_grpc_and_takes_a_new_certificate()
    {
        using TemporaryFolder folder = new();
        string first = Write(folder, "first.example");
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("tls-cert", folder.Path + "/cert.pem"), ("tls-key", folder.Path + "/key.pem"));
        Assert.Equal("https", server.Address.Scheme);
        string? shown = null;
        using SocketsHttpHandler handler = new() { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = ((X509Certificate2)certificate!).Thumbprint) is not null } };

        using (HttpClient client = new(handler, disposeHandler: false) { BaseAddress = server.Address })
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/health", UriKind.Relative), Stop)).StatusCode);
        using SocketsHttpHandler http2 = new() { SslOptions = handler.SslOptions };
        using (GrpcChannel channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { HttpHandler = http2 }))
            Assert.True((await new GRPCInferenceService.GRPCInferenceServiceClient(channel).ServerReadyAsync(new ServerReadyRequest(), cancellationToken: Stop)).Ready);
        Assert.Equal(first, shown);

        string second = Write(folder, "second.example");
        while (await ShownAsync(server) is string now && now != second)
        {
            Assert.Equal(first, now);
            await Task.Delay(100, Stop);
        }

        // What cannot be used changes nothing.
        folder.Write("cert.pem", "-----BEGIN CERTIFICATE-----");
        await Task.Delay(1500, Stop);
        Assert.Equal(second, await ShownAsync(server));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_container_finds_out_whether_its_server_is_ready_with_tls_and_without(bool tls)
    {
        using TemporaryFolder folder = new();
        Write(folder, "server.example");
        (string, string)[] settings = tls ? [("tls-cert", folder.Path + "/cert.pem"), ("tls-key", folder.Path + "/key.pem")] : [];
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(settings);
        ServerOptions options = LoopbackServerApp.Options([.. settings, ("http", $"127.0.0.1:{server.Address.Port}")]);

        // A machine that is busy may not answer in a probe's time, for which whoever probes has several.
        bool isReady = false;
        for (int probe = 0; probe < 10 && !isReady; probe++)
            isReady = await HealthProbe.IsReadyAsync(options);
        Assert.True(isReady);
        await server.App.StopAsync(Stop);
        Assert.False(await HealthProbe.IsReadyAsync(options));
    }

    [Fact]
    public async Task Files_that_are_no_certificate_are_refused_at_the_start()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("cert.pem", "no certificate");

        FormatException error = await Assert.ThrowsAsync<FormatException>(() => LoopbackServerApp.StartUnreadyAsync(("tls-cert", file)));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<IOException>(() => LoopbackServerApp.StartUnreadyAsync(("tls-cert", folder.Path + "/none.pem")));
    }

    [Fact]
    public async Task A_unix_domain_socket_answers_and_a_dead_servers_is_taken_over()
    {
        using TemporaryFolder folder = new();
        string path = System.IO.Path.Combine(folder.Path, "albert.sock");
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // A killed process leaves the file: here it is put back behind the socket that removes its own.
            dead.Bind(new UnixDomainSocketEndPoint(path));
            File.Move(path, path + ".left");
        }
        File.Move(path + ".left", path);

        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("uds", path));
        using SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (_, stop) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using HttpClient client = new(handler) { BaseAddress = new Uri("http://localhost") };
        using StringContent body = new("""{"inputs":"a"}""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(new Uri("/embed", UriKind.Relative), body, Stop)).StatusCode);

        IOException taken = await Assert.ThrowsAnyAsync<IOException>(() => LoopbackServerApp.StartUnreadyAsync(("uds", path)));
        Assert.Contains("another server", taken.Message, StringComparison.Ordinal);
        string other = folder.Write("text", "not a socket");
        await Assert.ThrowsAnyAsync<IOException>(() => LoopbackServerApp.StartUnreadyAsync(("uds", other)));
        Assert.Equal("not a socket", File.ReadAllText(other));
    }

    [Fact]
    public async Task Only_a_trusted_proxy_says_who_asks()
    {
        foreach ((string trusted, string expected) in new[] { ("127.0.0.0/8,::1", "203.0.113.7"), ("10.0.0.0/8", "127.0.0.1") })
        {
            await using WebApplication app = AlbertServer.Build(LoopbackServerApp.Options(("trusted-proxies", trusted)));
            app.MapGet("/who", (RequestDelegate)(http => http.Response.WriteAsync(http.Connection.RemoteIpAddress!.ToString(), Stop)));
            await app.StartAsync(Stop);
            using HttpClient client = new() { BaseAddress = new Uri(app.Urls.First()) };
            client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
            Assert.Equal(expected, await client.GetStringAsync(new Uri("/who", UriKind.Relative), Stop));
            await app.StopAsync(Stop);
        }
        Assert.Throws<FormatException>(() => LoopbackServerApp.Options(("trusted-proxies", "10.0.0.0/99")));
    }

    [Fact]
    public void A_socket_file_that_is_not_there_needs_no_clearing()
    {
        using TemporaryFolder folder = new();

        UnixSocketFile.Clear(System.IO.Path.Combine(folder.Path, "none.sock"));
    }

    /// <summary>Writes a certificate of its own signature, and its key.</summary>
    private static string Write(TemporaryFolder folder, string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        folder.Write("cert.pem", certificate.ExportCertificatePem());
        return certificate.Thumbprint;
    }

    private static async Task<string> ShownAsync(LoopbackServerApp server)
    {
        using TcpClient tcp = new();
        await tcp.ConnectAsync(IPAddress.Loopback, server.Address.Port, Stop);
        string? thumbprint = null;
        using SslStream tls = new(tcp.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => (thumbprint = ((X509Certificate2)certificate!).Thumbprint) is not null);
        await tls.AuthenticateAsClientAsync("localhost");
        return thumbprint!;
    }
}
