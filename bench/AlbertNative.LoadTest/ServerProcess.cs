using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AlbertNative.LoadTest;

/// <summary>albert-serve as users run it, in a process of its own on loopback.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>What the engine's threads are called, as far as Linux keeps a name.</summary>
    public const string EnginePrefix = "AlbertNative";

    private const int FirstPort = 20_000, EndOfPorts = 32_000;

    private readonly Process _process;
    private readonly Task<string> _log;

    private ServerProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
        _log = process.StandardOutput.ReadToEndAsync();
    }

    public Uri Address { get; }

    /// <summary>The process's resident memory, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Processor time of the engine's threads and of all others, those that have ended included, in seconds.</summary>
    public (double Engine, double Others) EngineTimes()
    {
        double engine = ThreadTimes().Where(thread => thread.Key.StartsWith(EnginePrefix, StringComparison.Ordinal)).Sum(thread => thread.Value);
        _process.Refresh();
        return (engine, _process.TotalProcessorTime.TotalSeconds - engine);
    }

    /// <summary>Processor time by the names of the process's threads, as Linux has it, in seconds.</summary>
    public Dictionary<string, double> ThreadTimes()
    {
        Dictionary<string, double> times = new(StringComparer.Ordinal);
        foreach (string thread in Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/task")))
        {
            try
            {
                // PID (NAME) STATE …: user and system time are the fourteenth and fifteenth field, in hundredths of a second.
                string stat = File.ReadAllText(Path.Combine(thread, "stat"));
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                string name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..stat.LastIndexOf(')')];
                double seconds = (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
                times[name] = times.GetValueOrDefault(name) + seconds;
            }
            catch (IOException)
            {
                // The thread has ended.
            }
        }
        return times;
    }

    /// <summary>Open files and threads, which must not grow.</summary>
    public (int Handles, int Threads) Held
    {
        get
        {
            _process.Refresh();
            return (_process.HandleCount, _process.Threads.Count);
        }
    }

    /// <summary>
    /// A port that nobody uses now, below those that systems give to clients: while its server is being started again, no client has it
    /// as his own, or finds himself there.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            int port = Random.Shared.Next(FirstPort, EndOfPorts);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one, then.
            }
        }
    }

    /// <summary>Starts a server, or what stands for one, and waits until it can be asked.</summary>
    /// <param name="port">Where it is to listen.</param>
    /// <param name="arguments">Its settings.</param>
    /// <param name="assembly">The program; null for albert-serve.</param>
    /// <param name="untilReady">Whether its models are waited for, and not only its port.</param>
    public static async Task<ServerProcess> StartAsync(int port, IEnumerable<string> arguments, string? assembly = null, bool untilReady = true)
    {
        string program = assembly ?? Path.Combine(AppContext.BaseDirectory, "albert-serve.dll");
        ProcessStartInfo start = new("dotnet", [program, .. arguments, "--http", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}")])
        {
            RedirectStandardOutput = true,
        };
        // albert-serve's own configuration has it; what stands for it has this program's, and would look out for work longer.
        start.Environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
        ServerProcess server = new(Children.Start(start), new Uri($"http://127.0.0.1:{port}"));
        if (!await Children.BecomesHealthyAsync(server._process, server.Address, untilReady ? "/health" : "/v2/health/live"))
            throw new InvalidOperationException($"the server has ended with {server._process.ExitCode}: {await server._log}");
        return server;
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(string signal)
    {
        using Process kill = Process.Start("sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {_process.Id}")]);
        kill.WaitForExit();
    }

    /// <summary>Has the system stop it for a while.</summary>
    public async Task StopForAsync(TimeSpan time)
    {
        Signal("STOP");
        await Task.Delay(time);
        Signal("CONT");
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await Children.EndAsync(_process);
    }
}
