using System.Security.Cryptography;
using System.Text;
using AlbertNative.Server.Dialects.Grpc.Oip;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using Grpc.Core;
using Grpc.Net.Client;

namespace AlbertNative.Tests.Server;

/// <summary>The calls of gRPC by which Triton's and KServe's clients look at models, load and unload them.</summary>
public sealed class OpenInferenceRepositoryTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Models_are_listed_unloaded_and_loaded_again()
    {
        using TemporaryFolder folder = new();
        File.Copy(ShippedModels.Tagger, Path.Combine(folder.Path, "tagger.safetensors"));
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("grpc", "127.0.0.1:0"), ("model-repository", folder.Path));
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        GRPCInferenceService.GRPCInferenceServiceClient client = new(channel);

        RepositoryIndexResponse index = await client.RepositoryIndexAsync(new RepositoryIndexRequest(), cancellationToken: Stop);
        // Triton's client always says this of models that depend on others.
        RepositoryModelUnloadRequest unload = new() { ModelName = "tagger", Parameters = { ["unload_dependents"] = new ModelRepositoryParameter { BoolParam = false } } };
        await client.RepositoryModelUnloadAsync(unload, cancellationToken: Stop);
        RepositoryIndexResponse ready = await client.RepositoryIndexAsync(new RepositoryIndexRequest { Ready = true }, cancellationToken: Stop);
        RepositoryIndexResponse all = await client.RepositoryIndexAsync(new RepositoryIndexRequest(), cancellationToken: Stop);
        bool isReady = (await client.ModelReadyAsync(new ModelReadyRequest { Name = "tagger" }, cancellationToken: Stop)).Ready;
        await client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { ModelName = "tagger" }, cancellationToken: Stop);
        bool isReadyAgain = (await client.ModelReadyAsync(new ModelReadyRequest { Name = "tagger" }, cancellationToken: Stop)).Ready;

        string version = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(ShippedModels.Tagger)))[..12];
        Assert.Equal(["nano", "tagger"], index.Models.Select(model => model.Name));
        Assert.Equal((version, "READY", ""), (index.Models[1].Version, index.Models[1].State, index.Models[1].Reason));
        Assert.Equal(["nano"], ready.Models.Select(model => model.Name));
        Assert.Equal(("", "UNAVAILABLE"), (all.Models[1].Version, all.Models[1].State));
        Assert.Equal((false, true), (isReady, isReadyAgain));
    }

    [Fact]
    public async Task A_client_of_KServe_has_the_name_in_the_first_field_and_is_told_what_became_of_it()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("grpc", "127.0.0.1:0"));
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        GRPCInferenceService.GRPCInferenceServiceClient client = new(channel);

        RepositoryModelLoadResponse loaded = await client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { RepositoryName = "nano" }, cancellationToken: Stop);
        RepositoryModelUnloadResponse unloaded = await client.RepositoryModelUnloadAsync(new RepositoryModelUnloadRequest { RepositoryName = "nano" }, cancellationToken: Stop);

        Assert.Equal(("nano", true), (loaded.ModelName, loaded.IsLoaded));
        Assert.Equal(("nano", true), (unloaded.ModelName, unloaded.IsUnloaded));
    }

    [Fact]
    public async Task What_cannot_be_done_has_the_protocols_status_and_leaves_what_is_served()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("grpc", "127.0.0.1:0"));
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        GRPCInferenceService.GRPCInferenceServiceClient client = new(channel);
        RepositoryModelLoadRequest hash = new() { ModelName = "nano", Parameters = { ["sha256"] = new ModelRepositoryParameter { StringParam = new string('0', 64) } } };
        RepositoryModelLoadRequest kind = new() { ModelName = "nano", Parameters = { ["sha256"] = new ModelRepositoryParameter { BoolParam = true } } };
        RepositoryModelLoadRequest config = new() { ModelName = "nano", Parameters = { ["config"] = new ModelRepositoryParameter { StringParam = "{}" } } };

        foreach ((RepositoryModelLoadRequest request, StatusCode status, string message) in new[]
        {
            (new RepositoryModelLoadRequest { ModelName = "../../etc/passwd" }, StatusCode.NotFound, "no model of this name"),
            (new RepositoryModelLoadRequest(), StatusCode.NotFound, "no model of this name"),
            (hash, StatusCode.InvalidArgument, "SHA-256 is"),
            (kind, StatusCode.InvalidArgument, "must be a string"),
            (config, StatusCode.InvalidArgument, "may have sha256 alone"),
        })
        {
            RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await client.RepositoryModelLoadAsync(request, cancellationToken: Stop));
            Assert.Equal(status, refused.StatusCode);
            Assert.Contains(message, refused.Status.Detail, StringComparison.Ordinal);
        }
        Assert.True((await client.ModelReadyAsync(new ModelReadyRequest { Name = "nano" }, cancellationToken: Stop)).Ready);
    }

    [Fact]
    public async Task Only_administrators_change_models()
    {
        using TemporaryFolder folder = new();
        string keys = folder.Write("keys.json", $$"""
            [{"name": "user", "sha256": "{{Hash("user")}}"}, {"name": "operator", "sha256": "{{Hash("operator")}}", "admin": true}]
            """);
        await using (LoopbackServerApp server = await LoopbackServerApp.StartAsync(("grpc", "127.0.0.1:0"), ("api-keys", keys)))
        {
            Assert.Equal(StatusCode.Unauthenticated, await StatusOfIndexAsync(server.App.Urls.Last(), null));
            Assert.Equal(StatusCode.PermissionDenied, await StatusOfIndexAsync(server.App.Urls.Last(), "user"));
            Assert.Equal(StatusCode.OK, await StatusOfIndexAsync(server.App.Urls.Last(), "operator"));
        }
        // HTTP may be asked from this machine alone: what counts is where gRPC listens.
        await using LoopbackServerApp open = await LoopbackServerApp.StartAsync(("grpc", "0"));
        Assert.Equal(StatusCode.PermissionDenied, await StatusOfIndexAsync($"http://127.0.0.1:{new Uri(open.App.Urls.Last().Replace("[::]", "127.0.0.1", StringComparison.Ordinal)).Port}", null));
    }

    private static async Task<StatusCode> StatusOfIndexAsync(string address, string? key)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(address);
        Metadata headers = [];
        if (key is not null)
            headers.Add("x-api-key", key);
        try
        {
            await new GRPCInferenceService.GRPCInferenceServiceClient(channel).RepositoryIndexAsync(new RepositoryIndexRequest(), headers, cancellationToken: Stop);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private static string Hash(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
