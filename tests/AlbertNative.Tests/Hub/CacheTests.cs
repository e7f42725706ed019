using AlbertNative.Hub;

namespace AlbertNative.Tests.Hub;

/// <summary>Caches as other programs leave them.</summary>
public sealed class CacheTests : IDisposable
{
    private const string Commit = FakeModel.FirstCommit;

    private readonly string _cache = Directory.CreateTempSubdirectory("albert-hub-cache-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Model => Path.Combine(_cache, "models--org--albert");

    private string Snapshot => Path.Combine(Model, "snapshots", Commit);

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_model_that_Python_fetched_is_used_without_any_network(bool links)
    {
        WritePython("main", links, "config.json", "pytorch_model.bin", "spiece.model");
        using HubClient client = Offline();
        Assert.Equal(Snapshot, await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(Snapshot, await client.DownloadAsync("org/albert", Commit, cancellationToken: Cancel));
        Assert.Equal(Snapshot, await client.ResolveAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(Snapshot, client.TryFindCached("org/albert"));
    }

    [Theory]
    [InlineData("other/albert", "main")]
    [InlineData("org/albert", "v1")]
    [InlineData("org/albert", FakeModel.SecondCommit)]
    public async Task Offline_what_is_not_cached_is_an_error_by_name(string repository, string revision)
    {
        WritePython("main", true, "config.json", "pytorch_model.bin");
        using HubClient client = Offline();
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync(repository, revision, cancellationToken: Cancel));
        Assert.Equal(HubFailure.Offline, e.Failure);
        Assert.Contains(repository, e.Message);
        Assert.Contains("HF_HUB_OFFLINE", e.Message);
        Assert.Null(client.TryFindCached(repository, revision));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("config.json", "model.safetensors.index.json")]
    public async Task A_part_of_a_model_is_no_model(params string[] files)
    {
        WritePython("main", true, files);
        if (files.Contains("model.safetensors.index.json"))
            File.WriteAllText(Path.Combine(Snapshot, "model.safetensors.index.json"), """{"weight_map": {"a": "model-1.safetensors"}}""");
        using HubClient client = Offline();
        await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
    }

    [Fact]
    public void A_link_whose_blob_has_gone_counts_as_absent()
    {
        WritePython("main", true, "config.json", "model.safetensors");
        Directory.Delete(Path.Combine(Model, "blobs"), recursive: true);
        using HubClient client = Offline();
        Assert.Null(client.TryFindCached("org/albert"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../../etc")]
    [InlineData("1111")]
    public void A_broken_reference_leads_nowhere(string text)
    {
        WritePython("main", true, "config.json", "model.safetensors");
        File.WriteAllText(Path.Combine(Model, "refs", "main"), text);
        using HubClient client = Offline();
        Assert.Null(client.TryFindCached("org/albert"));
    }

    [Fact]
    public async Task A_part_that_Python_fetched_is_completed_and_kept()
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using (HubClient first = hub.Client())
            await first.DownloadAsync("org/albert", cancellationToken: Cancel);
        string snapshot = Path.Combine(hub.Folder(), "snapshots", model.Commit);
        File.Delete(Path.Combine(snapshot, "tokenizer_config.json"));
        Directory.Delete(Path.Combine(hub.Folder(), ".no_exist"), recursive: true);
        hub.Hub.Seen.Clear();
        hub.Storage.Seen.Clear();

        using HubClient client = hub.Client();
        Assert.Equal(snapshot, await client.ResolveAsync("org/albert", cancellationToken: Cancel));

        Assert.True(File.Exists(Path.Combine(snapshot, "tokenizer_config.json")));
        Assert.Empty(hub.Storage.Seen);
        Assert.Equal(["GET", "HEAD"], hub.Hub.Seen.Select(request => request.Method)); // its blob was still there
    }

    [Fact]
    public async Task Where_links_are_refused_files_are_moved_into_the_snapshot()
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using HubClient client = hub.Client(links: false);
        string snapshot = await client.DownloadAsync("org/albert", cancellationToken: Cancel);
        FileInfo weights = new(Path.Combine(snapshot, "model.safetensors"));
        Assert.Null(weights.LinkTarget);
        Assert.Equal(model.Files["model.safetensors"].Content, await File.ReadAllBytesAsync(weights.FullName, Cancel));
        Assert.Empty(Directory.GetFiles(Path.Combine(hub.Folder(), "blobs")));
        Assert.Equal(snapshot, client.TryFindCached("org/albert"));
    }

    [Fact]
    public async Task A_blob_of_the_wrong_size_is_fetched_anew()
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        FakeFile weights = model.Files["model.safetensors"];
        string blob = Path.Combine(hub.Folder(), "blobs", weights.ETag);
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        File.WriteAllBytes(blob, weights.Content[..1000]);
        using HubClient client = hub.Client();
        string snapshot = await client.DownloadAsync("org/albert", cancellationToken: Cancel);
        Assert.Equal(weights.Content, await File.ReadAllBytesAsync(Path.Combine(snapshot, "model.safetensors"), Cancel));
    }

    [Fact]
    public async Task What_exists_on_disk_is_taken_as_it_is()
    {
        using HubClient client = Offline();
        Assert.Equal(_cache, await client.ResolveAsync(_cache, cancellationToken: Cancel));
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.ResolveAsync("no/where", cancellationToken: Cancel));
        Assert.Contains("There is no file or folder 'no/where'", e.Message);
    }

    private HubClient Offline() => new(new HubOptions { CacheDirectory = _cache, Offline = true, Endpoint = new Uri("http://127.0.0.1:1"), Notice = _ => { } });

    // As huggingface_hub leaves it: a reference without a line's end, relative links (or copies, on Windows).
    private void WritePython(string reference, bool links, params string[] files)
    {
        Directory.CreateDirectory(Path.Combine(Model, "refs"));
        Directory.CreateDirectory(Path.Combine(Model, "blobs"));
        Directory.CreateDirectory(Snapshot);
        File.WriteAllText(Path.Combine(Model, "refs", reference), Commit);
        for (int i = 0; i < files.Length; i++)
        {
            string blob = new((char)('a' + i), 40);
            File.WriteAllText(Path.Combine(links ? Path.Combine(Model, "blobs", blob) : Path.Combine(Snapshot, files[i])), "{}");
            if (links)
                File.CreateSymbolicLink(Path.Combine(Snapshot, files[i]), Path.Combine("..", "..", "blobs", blob));
        }
    }
}
