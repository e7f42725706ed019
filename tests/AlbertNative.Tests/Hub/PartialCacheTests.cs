using AlbertNative.Hub;

namespace AlbertNative.Tests.Hub;

/// <summary>Caches that hold a model in part: what is still asked for, and what happens where nobody can be asked.</summary>
public sealed class PartialCacheTests
{
    private const string Index = "model.safetensors.index.json";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Weights_that_Python_fetched_are_not_fetched_again_in_another_format()
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        string snapshot = await CachePyTorchAsync(hub, model);
        using HubClient client = hub.Client();
        foreach (Func<Task<string>> get in (Func<Task<string>>[])[
            () => client.ResolveAsync("org/albert", cancellationToken: Cancel),
            () => client.DownloadAsync("org/albert", cancellationToken: Cancel)])
        {
            Assert.Equal(snapshot, await get());
            Assert.Empty(hub.Storage.Seen);
            Assert.False(File.Exists(Path.Combine(snapshot, "model.safetensors")));
            Assert.True(File.Exists(Path.Combine(snapshot, "tokenizer_config.json"))); // Python had not asked for it
        }
        hub.Hub.Seen.Clear();
        Assert.Equal(snapshot, await client.ResolveAsync("org/albert", cancellationToken: Cancel));
        Assert.Empty(hub.Hub.Seen); // all is settled now
    }

    [Fact]
    public async Task Without_a_network_a_cached_model_is_taken_as_it_is_and_said_to_be()
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        string snapshot = await CachePyTorchAsync(hub, model);
        using HubClient client = new(hub.Options() with { Endpoint = new Uri("http://127.0.0.1:1") }); // nobody listens there
        Assert.Equal(snapshot, await client.ResolveAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(snapshot, await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(2, hub.Notices.Count);
        Assert.All(hub.Notices, notice =>
        {
            Assert.Contains("127.0.0.1 cannot be reached", notice);
            Assert.Contains(snapshot, notice);
            Assert.Contains("tokenizer_config.json", notice);
            Assert.DoesNotContain("spiece.model", notice); // it is there
        });
        Assert.Empty(hub.Clock.Waits); // nobody waits for a network that is not needed
    }

    [Fact]
    public async Task Without_a_network_what_is_not_cached_is_an_error()
    {
        await using FakeHub hub = await FakeHub.StartAsync();
        using HubClient client = new(hub.Options(attempts: 2) with { Endpoint = new Uri("http://127.0.0.1:1") });
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.ResolveAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(HubFailure.Network, e.Failure);
        Assert.Empty(hub.Notices);
    }

    [Theory]
    [InlineData(401, HubFailure.Unauthorized)]
    [InlineData(500, HubFailure.ServerError)]
    public async Task A_hub_that_refuses_has_been_reached(int status, HubFailure failure)
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        string snapshot = await CachePyTorchAsync(hub, model);
        hub.Fault = (context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(true);
        };
        using HubClient client = hub.Client(attempts: 2);
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.ResolveAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(failure, e.Failure);
        Assert.Equal(status == 500, e.Message.Contains($"HF_HUB_OFFLINE=1 takes {snapshot}"));
        Assert.Empty(hub.Notices);
    }

    [Fact]
    public async Task Offline_what_is_in_doubt_is_said()
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        string snapshot = await CachePyTorchAsync(hub, model);
        using HubClient offline = hub.Client(offline: true);
        Assert.Equal(snapshot, await offline.ResolveAsync("org/albert", cancellationToken: Cancel));
        string notice = Assert.Single(hub.Notices);
        Assert.Contains("HF_HUB_OFFLINE", notice);
        Assert.Contains("modules.json", notice);

        using (HubClient online = hub.Client())
            await online.ResolveAsync("org/albert", cancellationToken: Cancel);
        Assert.Equal(snapshot, await offline.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Single(hub.Notices); // nothing is in doubt any more
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_list_of_shards_appears_after_its_shards(bool links)
    {
        FakeModel model = Sharded();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        hub.Fault = (context, file) =>
        {
            bool refuse = file == "model-2.safetensors" && context.Request.Path == "/" + model.Files[file].ETag;
            if (refuse)
                context.Response.StatusCode = 403;
            return Task.FromResult(refuse);
        };
        using HubClient client = hub.Client(links: links);
        await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        string snapshot = Path.Combine(hub.Folder(), "snapshots", model.Commit);
        Assert.True(File.Exists(Path.Combine(snapshot, "model-1.safetensors")));
        Assert.False(File.Exists(Path.Combine(snapshot, Index)));

        hub.Fault = (_, _) => Task.FromResult(false);
        Assert.Equal(snapshot, await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(model.Files[Index].Content, await File.ReadAllBytesAsync(Path.Combine(snapshot, Index), Cancel));
        Assert.Equal(snapshot, client.TryFindCached("org/albert"));
        Assert.Equal(1, hub.Fetches(model.Files["model-1.safetensors"], "model-1.safetensors"));
    }

    [Fact]
    public async Task A_list_without_its_shards_hides_whole_weights_from_the_loader_so_it_is_completed()
    {
        FakeModel model = Sharded();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        string snapshot = await CachePyTorchAsync(hub, model);
        File.WriteAllBytes(Path.Combine(snapshot, Index), model.Files[Index].Content); // Python begins with it
        using HubClient client = hub.Client();
        Assert.Null(client.TryFindCached("org/albert"));
        using (HubClient offline = hub.Client(offline: true))
            await Assert.ThrowsAsync<HubException>(() => offline.ResolveAsync("org/albert", cancellationToken: Cancel));

        Assert.Equal(snapshot, await client.ResolveAsync("org/albert", cancellationToken: Cancel));
        Assert.True(File.Exists(Path.Combine(snapshot, "model-2.safetensors")));
        Assert.Equal(snapshot, client.TryFindCached("org/albert"));
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_hides_whole_weights_from_the_loader_so_it_is_mended()
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        string snapshot = await CachePyTorchAsync(hub, model);
        string weights = Path.Combine(snapshot, "model.safetensors");
        File.CreateSymbolicLink(weights, Path.Combine("..", "..", "blobs", model.Files["model.safetensors"].ETag));
        using HubClient client = hub.Client();
        Assert.Null(client.TryFindCached("org/albert"));
        Assert.Equal(snapshot, await client.ResolveAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(model.Files["model.safetensors"].Content, await File.ReadAllBytesAsync(weights, Cancel));
    }

    private static FakeModel Sharded() => FakeModel.Albert().Without("model.safetensors")
        .Add(Index, """{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}""")
        .AddLarge("model-1.safetensors", FakeModel.Bytes(7, 500))
        .AddLarge("model-2.safetensors", FakeModel.Bytes(8, 600));

    // As Python's transformers leaves a model whose safetensors came later: what it asked for, and no word of the rest.
    private static async Task<string> CachePyTorchAsync(FakeHub hub, FakeModel model)
    {
        string snapshot = Path.Combine(hub.Folder(), "snapshots", model.Commit);
        Directory.CreateDirectory(Path.Combine(hub.Folder(), "blobs"));
        Directory.CreateDirectory(Path.Combine(hub.Folder(), "refs"));
        Directory.CreateDirectory(snapshot);
        foreach (string name in new[] { "config.json", "spiece.model", "pytorch_model.bin" })
        {
            FakeFile file = model.Files[name];
            await File.WriteAllBytesAsync(Path.Combine(hub.Folder(), "blobs", file.ETag), file.Content, Cancel);
            File.CreateSymbolicLink(Path.Combine(snapshot, name), Path.Combine("..", "..", "blobs", file.ETag));
        }
        await File.WriteAllTextAsync(Path.Combine(hub.Folder(), "refs", "main"), model.Commit, Cancel);
        return snapshot;
    }
}
