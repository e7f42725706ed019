using System.Diagnostics;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Server;

/// <summary>
/// OpenAI's, Hugging Face's and gRPC's clients for Node, unmodified. <c>ALBERTNATIVE_NODE_CLIENTS</c> names a folder where npm has
/// installed them (<c>npm install openai @huggingface/inference @grpc/grpc-js @grpc/proto-loader</c>).
/// </summary>
public sealed class NodeClientTests
{
    [Fact]
    public async Task Clients_get_what_they_check_and_their_errors_are_readable()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("model", $"nano={ShippedModels.Nano}"), ("model", $"tagger={ShippedModels.Tagger}"));
        await RunAsync("clients.mjs", server.Address.ToString().TrimEnd('/'));
    }

    [Fact]
    public async Task Clients_of_gRPC_get_the_same_bits_as_over_HTTP_and_errors_with_their_status()
    {
        using TemporaryFolder ranker = new();
        Nano.SaveTiny(ranker.Path, Nano.Tiny(labels: 1), ModelArchitecture.SequenceClassification);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("model", $"nano={ShippedModels.Nano}"), ("model", $"ranker={ranker.Path}"), ("grpc", "127.0.0.1:0"));
        await RunAsync(
            "grpc.mjs", server.Address.ToString().TrimEnd('/'), new Uri(server.App.Urls.Last()).Authority,
            Path.Combine(SharedFolder.Repository, "src/AlbertNative.Server/Dialects/Grpc"));
    }

    private static async Task RunAsync(string name, params string[] arguments)
    {
        string? folder = Environment.GetEnvironmentVariable("ALBERTNATIVE_NODE_CLIENTS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "needs ALBERTNATIVE_NODE_CLIENTS: a folder where npm has installed the clients");
        string script = Path.Combine(folder!, name);
        File.Copy(Path.Combine(SharedFolder.Repository, "tests/AlbertNative.Tests/Server/Clients", name), script, overwrite: true);

        using Process node = Process.Start(new ProcessStartInfo("node", [script, .. arguments])
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
