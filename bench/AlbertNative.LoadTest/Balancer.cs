using System.Diagnostics;
using System.Globalization;

namespace AlbertNative.LoadTest;

/// <summary>nginx or haproxy in front of some replicas on loopback, with a configuration of its own.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private Balancer(Process process, string folder, Uri address)
    {
        _process = process;
        _folder = folder;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Starts one.</summary>
    /// <param name="kind">nginx or haproxy.</param>
    /// <param name="replicas">The replicas' ports.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static async Task<Balancer> StartAsync(string kind, params IReadOnlyList<int> replicas)
    {
        string folder = Directory.CreateTempSubdirectory("albert-balancer").FullName, file = Path.Combine(folder, "conf");
        int port = ServerProcess.FreePort();
        await File.WriteAllTextAsync(file, kind switch
        {
            "nginx" => Nginx(folder, port, replicas),
            "haproxy" => HaProxy(port, replicas),
            _ => throw new ArgumentException($"there is no balancer {kind}; there are nginx and haproxy", nameof(kind)),
        });
        string[] arguments = kind == "nginx" ? ["-c", file, "-p", folder, "-e", "stderr"] : ["-f", file, "-db"];
        ProcessStartInfo start = new(ProgramOf(kind), arguments);
        Balancer balancer = new(Children.Start(start), folder, new Uri($"http://127.0.0.1:{port}"));
        if (!await Children.BecomesHealthyAsync(balancer._process, balancer.Address))
            throw new InvalidOperationException($"the balancer has ended with {balancer._process.ExitCode}");
        return balancer;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using Process kill = Process.Start("sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {_process.Id}")]);
            await kill.WaitForExitAsync();
        }
        await Children.EndAsync(_process);
        Directory.Delete(_folder, recursive: true);
    }

    private static string Nginx(string folder, int port, IReadOnlyList<int> replicas) => $$"""
        daemon off;
        worker_processes 1;
        pid {{folder}}/pid;
        error_log stderr crit;
        events { worker_connections 1024; }
        http {
          access_log off;
          client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
        {{Documented("nginx", "listen 80;", $"listen 127.0.0.1:{port};", replicas)}}
        }

        """;

    // Nothing is tried again: the health that is asked for must do.
    private static string HaProxy(int port, IReadOnlyList<int> replicas) => Documented("haproxy", "bind :80", $"bind 127.0.0.1:{port}", replicas)
        .Replace("defaults\n", "defaults\n  retries 0\n", StringComparison.Ordinal);

    /// <summary>The configuration that docs/serving.md shows, for these ports: what is shown is what is tested.</summary>
    private static string Documented(string language, string listen, string here, IReadOnlyList<int> replicas)
    {
        string page = File.ReadAllText(Path.Combine(Models.Root, "docs", "serving.md")).ReplaceLineEndings("\n"), fence = $"```{language}\n";
        int start = page.IndexOf(fence, StringComparison.Ordinal) + fence.Length;
        string block = page[start..page.IndexOf("```", start, StringComparison.Ordinal)].Replace(listen, here, StringComparison.Ordinal);
        for (int i = 0; i < replicas.Count; i++)
            block = block.Replace($"10.0.0.{i + 1}:8080", $"127.0.0.1:{replicas[i]}", StringComparison.Ordinal);
        return block.Contains(here, StringComparison.Ordinal) && !block.Contains("10.0.0.", StringComparison.Ordinal)
            ? block
            : throw new InvalidDataException($"docs/serving.md shows no {language} configuration for {replicas.Count} replicas");
    }

    // Debian's are where only an administrator's PATH looks.
    private static string ProgramOf(string kind) => File.Exists($"/usr/sbin/{kind}") ? $"/usr/sbin/{kind}" : kind;
}
