using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AlbertNative.Tests.Server;

/// <summary>The server as a process of its own.</summary>
internal static partial class ServerProgram
{
    /// <summary>The address in the log's first lines, and the log to its end.</summary>
    public static async Task<(Uri Address, Task<string> Log)> ListenAsync(Process process)
    {
        (Uri[] addresses, Task<string> log) = await ListenAsync(process, listeners: 1);
        return (addresses[0], log);
    }

    /// <summary>The addresses in the log's first lines, of which there are so many at least, and the log to its end.</summary>
    public static async Task<(Uri[] Addresses, Task<string> Log)> ListenAsync(Process process, int listeners)
    {
        StringBuilder read = new();
        List<Uri> addresses = [];
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is string line)
        {
            read.AppendLine(line);
            addresses.AddRange(Listening().Matches(line).Select(match => new Uri(match.Value)));
            if (addresses.Count >= listeners)
                return ([.. addresses], ReadOnAsync(read, process));
        }
        throw new InvalidOperationException(read + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Waits until it says that it is ready.</summary>
    public static async Task WaitUntilReadyAsync(HttpClient client)
    {
        while (!(await client.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).IsSuccessStatusCode)
            await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends it a signal; elsewhere it is killed.</summary>
    public static void Signal(Process process, string signal)
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill();
            return;
        }
        using Process kill = Process.Start("sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {process.Id}")]);
        kill.WaitForExit();
    }

    private static async Task<string> ReadOnAsync(StringBuilder read, Process process) =>
        read + await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

    [GeneratedRegex("http://127\\.0\\.0\\.1:[0-9]+")]
    private static partial Regex Listening();
}
