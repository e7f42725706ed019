using System.Diagnostics;
using System.Text;

namespace AlbertNative.Tests.Samples;

/// <summary>samples/WebApi in a process of its own, on a free loopback port.</summary>
public sealed class WebApiServer : IAsyncLifetime
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process = SampleProcess.Start("WebApi", "--urls", "http://127.0.0.1:0");

    public HttpClient Client { get; } = new();

    public async ValueTask InitializeAsync()
    {
        StringBuilder log = new();
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            log.AppendLine(line);
            int at = line.IndexOf(Listening, StringComparison.Ordinal);
            if (at < 0)
                continue;
            Client.BaseAddress = new Uri(line[(at + Listening.Length)..]);
            // Whoever logs into a full pipe waits for its reader.
            _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            return;
        }
        Assert.Fail(log + await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill();
        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
