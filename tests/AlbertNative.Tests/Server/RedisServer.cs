using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AlbertNative.Tests.Server;

/// <summary>A real store of quotas on loopback, which keeps nothing.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("albert-redis").FullName;

    // Bound and not listening, so that the system gives the port to nobody while no store is there; a store may bind it beside this one.
    private readonly Socket _reserved = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private Process? _process;

    public RedisServer()
    {
        const int Socket = 1, ReuseAddress = 2; // SOL_SOCKET and SO_REUSEADDR of Linux
        _reserved.SetRawSocketOption(Socket, ReuseAddress, BitConverter.GetBytes(1));
        _reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)_reserved.LocalEndPoint!).Port;
    }

    /// <summary>Whether one is installed.</summary>
    public static bool IsThere => File.Exists("/usr/bin/redis-server");

    public int Port { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Starts it, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(
            "/usr/bin/redis-server",
            ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder])
        {
            RedirectStandardOutput = true,
        });
        _ = _process!.StandardOutput.ReadToEndAsync();
        while (true)
        {
            try
            {
                using TcpClient client = new();
                await client.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Stop()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Stop();
        _reserved.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
