using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Samples;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Server;

/// <summary>
/// The page at <c>/ui</c> in a real browser. <c>ALBERTNATIVE_BROWSER</c> names a folder where npm has installed playwright-core;
/// the browser is Debian's chromium. <c>ALBERTNATIVE_SCREENSHOTS</c> names a folder for pictures of what it shows.
/// </summary>
public sealed class PageBrowserTests
{
    private const string Key = "open sesame";

    [Fact]
    public async Task The_page_does_every_task_by_keyboard_in_both_schemes_and_both_directions()
    {
        string? folder = Environment.GetEnvironmentVariable("ALBERTNATIVE_BROWSER");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "needs ALBERTNATIVE_BROWSER: a folder with npm's playwright-core, and chromium");
        using TemporaryFolder files = new();
        string answerer = Directory.CreateDirectory(Path.Combine(files.Path, "answerer")).FullName;
        string classifier = Directory.CreateDirectory(Path.Combine(files.Path, "classifier")).FullName;
        Nano.SaveTiny(answerer, Nano.Tiny(labels: 2), ModelArchitecture.QuestionAnswering);
        Nano.SaveTiny(classifier, Nano.Tiny() with { Labels = ["glad", "neither", "sad"] }, ModelArchitecture.SequenceClassification);
        string keys = Path.Combine(files.Path, "keys.json");
        File.WriteAllText(keys, $$"""[{"name": "one", "sha256": "{{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))}}", "requests_per_minute": 2}]""");
        // In a process of its own: within one, servers share their figures.
        using Process open = SampleProcess.Start(
            "albert-serve", "--http", "127.0.0.1:0", "--drain-delay", "0", "--model", $"nano={ShippedModels.Nano}", "--model", $"minilm={ShippedModels.MiniLM}",
            "--model", $"upos={ShippedModels.Tagger}", "--model", $"answerer={answerer}", "--model", $"classifier={classifier}");
        (Uri address, Task<string> log) = await ServerProgram.ListenAsync(open);
        await using LoopbackServerApp locked = await LoopbackServerApp.StartAsync(("api-keys", keys), ("public", "ui"));
        string script = Path.Combine(folder!, "page.mjs");
        File.Copy(Path.Combine(SharedFolder.Repository, "tests/AlbertNative.Tests/Server/Clients/page.mjs"), script, overwrite: true);

        using Process node = Process.Start(new ProcessStartInfo("node", [
            script, Address(address), Address(locked.Address), Key, Environment.GetEnvironmentVariable("ALBERTNATIVE_SCREENSHOTS") ?? ""])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        ServerProgram.Signal(open, "TERM");
        await open.WaitForExitAsync(TestContext.Current.CancellationToken);
        _ = await log;

        Assert.True(node.ExitCode == 0 && output == "ok\n", output + await errors);
    }

    private static string Address(Uri server) => server.ToString().TrimEnd('/');
}
