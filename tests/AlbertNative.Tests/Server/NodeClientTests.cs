using System.Diagnostics;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Server;

/// <summary>
/// OpenAI's and Hugging Face's clients for Node, unmodified. <c>ALBERTNATIVE_NODE_CLIENTS</c> names a folder where npm has
/// installed them (<c>npm install openai @huggingface/inference</c>).
/// </summary>
public sealed class NodeClientTests
{
    [Fact]
    public async Task Clients_get_what_they_check_and_their_errors_are_readable()
    {
        string? folder = Environment.GetEnvironmentVariable("ALBERTNATIVE_NODE_CLIENTS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "needs ALBERTNATIVE_NODE_CLIENTS: a folder with npm's openai and @huggingface/inference");
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("model", $"nano={ShippedModels.Nano}"), ("model", $"tagger={ShippedModels.Tagger}"));
        string script = Path.Combine(folder!, "clients.mjs");
        File.Copy(Path.Combine(SharedFolder.Repository, "tests/AlbertNative.Tests/Server/Clients/clients.mjs"), script, overwrite: true);

        using Process node = Process.Start(new ProcessStartInfo("node", [script, server.Address.ToString().TrimEnd('/')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(node.ExitCode == 0 && output == "ok\n", output + await errors);
    }
}
