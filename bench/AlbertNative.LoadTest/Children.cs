using System.Diagnostics;

namespace AlbertNative.LoadTest;

/// <summary>Processes that end with this one, whatever ends it.</summary>
internal static class Children
{
    private static readonly HashSet<Process> Running = [];

    static Children() => AppDomain.CurrentDomain.ProcessExit += (_, _) => EndAll();

    /// <summary>Starts a process.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        Process process = Process.Start(start)!;
        lock (Running)
            Running.Add(process);
        return process;
    }

    /// <summary>Waits until a process answers that it is healthy.</summary>
    /// <param name="process">The process.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="path">What it is asked there.</param>
    /// <returns>False where it has ended before.</returns>
    public static async Task<bool> BecomesHealthyAsync(Process process, Uri address, string path = "/health")
    {
        using HttpClient client = new() { BaseAddress = address };
        while (!process.HasExited)
        {
            try
            {
                using HttpResponseMessage health = await client.GetAsync(new Uri(path, UriKind.Relative));
                if (health.IsSuccessStatusCode)
                    return true;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(50);
        }
        return false;
    }

    /// <summary>Waits for a process's end, after which it is disposed.</summary>
    public static async Task EndAsync(Process process)
    {
        await process.WaitForExitAsync();
        lock (Running)
            Running.Remove(process);
        process.Dispose();
    }

    private static void EndAll()
    {
        lock (Running)
        {
            foreach (Process process in Running)
                process.Kill();
        }
    }
}
