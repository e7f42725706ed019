using System.Collections.Concurrent;
using System.Text.Json;
using AlbertNative.Hub;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Hub;

public sealed class DownloadTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fills_the_cache_as_the_Python_library_lays_it_out()
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using HubClient client = hub.Client();

        string snapshot = await client.DownloadAsync("org/albert", cancellationToken: Cancel);

        Assert.Equal(Path.Combine(hub.Folder(), "snapshots", model.Commit), snapshot);
        Assert.Equal(model.Commit, await File.ReadAllTextAsync(Path.Combine(hub.Folder(), "refs", "main"), Cancel));
        string[] needed = ["config.json", "model.safetensors", "spiece.model", "tokenizer_config.json"];
        Assert.Equal(needed, Directory.GetFiles(snapshot).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (string name in needed)
        {
            FakeFile file = model.Files[name];
            FileInfo link = new(Path.Combine(snapshot, name));
            Assert.Equal($"../../blobs/{file.ETag}", link.LinkTarget!.Replace('\\', '/'));
            Assert.Equal(file.Content, await File.ReadAllBytesAsync(link.FullName, Cancel));
            Assert.True(File.Exists(Path.Combine(hub.Cache, ".locks", "models--org--albert", file.ETag + ".lock")));
        }
        Assert.Equal(needed.Length, Directory.GetFiles(Path.Combine(hub.Folder(), "blobs")).Length);
        string known = Path.Combine(hub.Folder(), ".no_exist", model.Commit);
        Assert.Contains("tokenizer.json", Directory.GetFiles(known).Select(Path.GetFileName));
        Assert.DoesNotContain("config.json", Directory.GetFiles(known).Select(Path.GetFileName));
        Assert.All(Directory.GetFiles(known), mark => Assert.Equal(0, new FileInfo(mark).Length));
        Assert.Empty(Directory.GetFiles(hub.Folder())); // no scratch file is left
    }

    [Fact]
    public async Task Fetches_nothing_twice()
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using HubClient client = hub.Client();
        string snapshot = await client.DownloadAsync("org/albert", cancellationToken: Cancel);

        hub.Hub.Seen.Clear();
        Assert.Equal(snapshot, await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal("/api/models/org/albert/revision/main", Assert.Single(hub.Hub.Seen).Path);

        hub.Hub.Seen.Clear();
        Assert.Equal(snapshot, await client.DownloadAsync("org/albert", model.Commit, cancellationToken: Cancel));
        Assert.Equal(snapshot, await client.ResolveAsync("org/albert", cancellationToken: Cancel));
        Assert.Empty(hub.Hub.Seen);
    }

    [Fact]
    public async Task A_new_commit_shares_what_did_not_change_and_moves_the_branch()
    {
        FakeModel old = FakeModel.Albert();
        FakeModel next = FakeModel.Albert(commit: FakeModel.SecondCommit).Add("tokenizer_config.json", "{}");
        await using FakeHub hub = await FakeHub.StartAsync(old);
        using HubClient client = hub.Client();
        string first = await client.DownloadAsync("org/albert", cancellationToken: Cancel);

        hub.Replace(next);
        string second = await client.DownloadAsync("org/albert", cancellationToken: Cancel);

        Assert.NotEqual(first, second);
        Assert.Equal(1, hub.Fetches(next.Files["model.safetensors"], "model.safetensors"));
        Assert.Equal("{}", await File.ReadAllTextAsync(Path.Combine(second, "tokenizer_config.json"), Cancel));
        Assert.Equal(next.Commit, await File.ReadAllTextAsync(Path.Combine(hub.Folder(), "refs", "main"), Cancel));
        Assert.Equal(first, client.TryFindCached("org/albert", old.Commit));
    }

    [Fact]
    public async Task An_update_that_fails_leaves_the_old_model_in_use()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        using HubClient client = hub.Client();
        string first = await client.DownloadAsync("org/albert", cancellationToken: Cancel);

        hub.Replace(FakeModel.Albert(commit: FakeModel.SecondCommit, seed: 50));
        hub.Fault = (context, file) =>
        {
            if (file == "model.safetensors" && context.Request.Method == "GET")
                FakeHub.Refuse(context, 503);
            return Task.FromResult(context.Response.StatusCode == 503);
        };
        await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(first, client.TryFindCached("org/albert"));
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("refs/pr/1")]
    public async Task Tags_and_pull_requests_are_recorded_under_their_names(string revision)
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        using HubClient client = hub.Client();
        string snapshot = await client.DownloadAsync("org/albert", revision, cancellationToken: Cancel);
        Assert.Equal(FakeModel.FirstCommit, await File.ReadAllTextAsync(Path.Combine(hub.Folder(), "refs", revision), Cancel));
        Assert.Equal(snapshot, client.TryFindCached("org/albert", revision));
        Assert.Null(client.TryFindCached("org/albert"));
    }

    [Fact]
    public async Task PyTorch_weights_are_fetched_where_there_are_no_others()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert().Without("model.safetensors"));
        using HubClient client = hub.Client();
        string snapshot = await client.DownloadAsync("org/albert", cancellationToken: Cancel);
        Assert.True(File.Exists(Path.Combine(snapshot, "pytorch_model.bin")));
    }

    [Fact]
    public async Task Shards_are_found_through_their_index()
    {
        FakeModel model = FakeModel.Albert().Without("model.safetensors")
            .Add("model.safetensors.index.json", """{"weight_map": {"b": "model-2.safetensors", "a": "model-1.safetensors", "c": "model-2.safetensors"}}""")
            .AddLarge("model-1.safetensors", FakeModel.Bytes(7, 500))
            .AddLarge("model-2.safetensors", FakeModel.Bytes(8, 600));
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using HubClient client = hub.Client();
        string snapshot = await client.DownloadAsync("org/albert", cancellationToken: Cancel);
        Assert.True(File.Exists(Path.Combine(snapshot, "model-1.safetensors")));
        Assert.True(File.Exists(Path.Combine(snapshot, "model-2.safetensors")));
        Assert.False(File.Exists(Path.Combine(snapshot, "pytorch_model.bin")));
        Assert.Equal(snapshot, client.TryFindCached("org/albert"));

        File.Delete(Path.Combine(snapshot, "model-2.safetensors"));
        Assert.Null(client.TryFindCached("org/albert"));
    }

    [Fact]
    public async Task Sentence_transformers_settings_come_along()
    {
        FakeModel model = FakeModel.Albert()
            .Add("modules.json", """[{"path": "", "type": "Transformer"}, {"path": "1_Pooling"}, {"path": "2_Normalize"}]""")
            .Add("1_Pooling/config.json", """{"pooling_mode_mean_tokens": true}""");
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using HubClient client = hub.Client();
        string snapshot = await client.DownloadAsync("org/albert", cancellationToken: Cancel);
        FileInfo pooling = new(Path.Combine(snapshot, "1_Pooling", "config.json"));
        Assert.Equal($"../../../blobs/{model.Files["1_Pooling/config.json"].ETag}", pooling.LinkTarget!.Replace('\\', '/'));
        Assert.Contains("mean", await File.ReadAllTextAsync(pooling.FullName, Cancel));

        hub.Hub.Seen.Clear();
        await client.ResolveAsync("org/albert", cancellationToken: Cancel);
        Assert.Empty(hub.Hub.Seen); // 2_Normalize/config.json is known not to exist
    }

    [Fact]
    public async Task Another_architecture_is_refused_before_its_weights_are_fetched()
    {
        FakeModel model = FakeModel.Albert().Add("config.json", """{"model_type": "gpt2"}""");
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using HubClient client = hub.Client();
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(HubFailure.UnsupportedModel, e.Failure);
        Assert.Contains("gpt2", e.Message);
        Assert.Equal(0, hub.Fetches(model.Files["model.safetensors"], "model.safetensors"));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors,pytorch_model.bin")]
    public async Task A_repository_that_lacks_what_a_model_needs_is_refused_by_name(string absent)
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert().Without(absent.Split(',')));
        using HubClient client = hub.Client();
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(HubFailure.FileNotFound, e.Failure);
        Assert.All(absent.Split(','), name => Assert.Contains(name, e.Message));
    }

    [Theory]
    [InlineData("../../../../evil.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\evil.bin")]
    [InlineData("C:evil.bin")]
    [InlineData("a//b.bin")]
    [InlineData("nul.bin")]
    [InlineData("model.bin\u0000.txt")]
    [InlineData("\u001b[2Jmodel.bin")]
    public async Task Hostile_names_in_an_index_or_a_module_list_are_refused(string name)
    {
        FakeModel sharded = FakeModel.Albert().Without("model.safetensors", "pytorch_model.bin")
            .Add("pytorch_model.bin.index.json", JsonSerializer.Serialize(new { weight_map = new { a = name } }));
        sharded.Files[name] = new FakeFile([1, 2, 3], Large: true);
        FakeModel modules = FakeModel.Albert("org/modules")
            .Add("modules.json", JsonSerializer.Serialize(new[] { new { path = name } }));
        await using FakeHub hub = await FakeHub.StartAsync(sharded, modules);
        using HubClient client = hub.Client();
        foreach (string repository in new[] { "org/albert", "org/modules" })
        {
            HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync(repository, cancellationToken: Cancel));
            Assert.Equal(HubFailure.InvalidResponse, e.Failure);
            Assert.DoesNotContain(e.Message, char.IsControl);
        }
        Assert.Equal(0, hub.Fetches(sharded.Files[name], name));
    }

    [Fact]
    public async Task Hostile_names_in_the_listing_are_never_fetched()
    {
        FakeModel model = FakeModel.Albert().Add("../../evil", "x").Add("data.pkl", "x").Add("modeling_albert.py", "x");
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using HubClient client = hub.Client();
        string snapshot = await client.DownloadAsync("org/albert", cancellationToken: Cancel);
        Assert.Equal(4, Directory.GetFiles(snapshot, "*", SearchOption.AllDirectories).Length);
        Assert.Equal([".locks", "models--org--albert"], Directory.GetFileSystemEntries(hub.Cache).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_renamed_model_and_a_relative_redirect_are_followed_with_the_token()
    {
        FakeModel model = FakeModel.Albert("new/name");
        await using FakeHub hub = await FakeHub.StartAsync(model);
        hub.Fault = (context, _) =>
        {
            string path = context.Request.Path.Value!;
            if (!path.Contains("old/name"))
                return Task.FromResult(false);
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = path.Replace("old/name", "new/name");
            return Task.FromResult(true);
        };
        using HubClient client = hub.Client(token: FakeHub.Token);
        string snapshot = await client.DownloadAsync("old/name", cancellationToken: Cancel);
        Assert.StartsWith(hub.Folder("old/name"), snapshot);
        Assert.All(hub.Hub.Seen, request => Assert.Equal("Bearer " + FakeHub.Token, request.Authorization));
    }

    [Fact]
    public async Task Progress_tells_of_every_file_to_its_end()
    {
        FakeModel model = FakeModel.Albert();
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using HubClient client = hub.Client();
        ConcurrentQueue<DownloadProgress> first = new();
        await client.DownloadAsync("org/albert", progress: new SynchronousProgress<DownloadProgress>(first.Enqueue), cancellationToken: Cancel);
        foreach (IGrouping<string, DownloadProgress> file in first.GroupBy(report => report.File))
        {
            DownloadProgress[] reports = [.. file];
            long size = model.Files[file.Key].Content.Length;
            Assert.Equal(new DownloadProgress(file.Key, size, size, DownloadStage.Completed), reports[^1]);
            Assert.Equal(reports.Select(report => report.Received).Order(), reports.Select(report => report.Received));
        }
        ConcurrentQueue<DownloadProgress> second = new();
        await client.DownloadAsync("org/albert", progress: new SynchronousProgress<DownloadProgress>(second.Enqueue), cancellationToken: Cancel);
        Assert.Equal(4, second.Count);
        Assert.All(second, report => Assert.Equal(DownloadStage.Cached, report.Stage));
        Assert.Equal(300_000, second.Single(report => report.File == "model.safetensors").Size);
    }

    [Fact]
    public async Task The_blocking_call_does_the_same()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        using HubClient client = hub.Client();
        Assert.Equal(Path.Combine(hub.Folder(), "snapshots", FakeModel.FirstCommit), client.Download("org/albert", cancellationToken: Cancel));
        Assert.Equal(HubFailure.RepositoryNotFound, Assert.Throws<HubException>(() => client.Download("org/none", cancellationToken: Cancel)).Failure);
    }
}
