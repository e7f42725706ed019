using System.Collections.Concurrent;
using AlbertNative.Hub;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Hub;

/// <summary>What a text that may be a path or a model's name means.</summary>
public sealed class ResolveTests : IDisposable
{
    // A folder of the current one, whose name could be an organisation's.
    private readonly string _folder = $"weights{Guid.NewGuid():N}";

    public ResolveTests()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "model.safetensors"), "");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("./none", "the folder '.' has no 'none'")]
    [InlineData("./none/inner/model", "the folder '.' has no 'none'")]
    [InlineData("../no such folder/", "the folder '..' has no 'no such folder'")]
    [InlineData("{0}/model.safetensor", "the folder '{0}' has no 'model.safetensor'; if the model of that name on the hub is meant, write {0}/model.safetensor@main")]
    [InlineData("{0}/none.safetensors", "the folder '{0}' has no 'none.safetensors'")]
    [InlineData("{0}/model.safetensors/config.json", "'{0}/model.safetensors' is a file")]
    [InlineData("albert-base-v2", "nothing is called 'albert-base-v2' in ")]
    [InlineData("albert-base-v2", "models on the hub are named ORG/NAME")]
    public async Task A_mistyped_path_is_said_to_lead_nowhere_without_asking_the_network(string path, string message)
    {
        int asked = 0;
        await using FakeHub hub = await StartAsync(() => asked++);
        path = string.Format(path, _folder);
        FileNotFoundException e = await Assert.ThrowsAsync<FileNotFoundException>(() =>
            HubModel.ResolveAsync(path, hub.Options(), cancellationToken: Cancel));
        Assert.StartsWith($"there is no model {path}: ", e.Message);
        Assert.Contains(string.Format(message, _folder).Replace('/', Path.DirectorySeparatorChar), e.Message.Replace('/', Path.DirectorySeparatorChar));
        Assert.Equal(path, e.FileName);
        Assert.Equal(0, asked);
        Assert.Equal(e.Message, Assert.Throws<FileNotFoundException>(() => HubModel.Resolve(path, hub.Options())).Message);
    }

    [Fact]
    public async Task A_revision_says_that_a_name_is_meant_whatever_folders_there_are()
    {
        FakeModel model = FakeModel.Albert($"{_folder}/albert");
        await using FakeHub hub = await FakeHub.StartAsync(model);
        string snapshot = await HubModel.ResolveAsync($"{_folder}/albert@main", hub.Options(), cancellationToken: Cancel);
        Assert.True(File.Exists(Path.Combine(snapshot, "config.json")));
        // What is cached by now is found by its name alone.
        Assert.Equal(snapshot, HubModel.Resolve($"{_folder}/albert", hub.Options()));
    }

    [Fact]
    public async Task What_exists_is_returned_as_it_is_and_needs_no_usable_options()
    {
        HubOptions unusable = new() { CacheDirectory = "" };
        string prefix = Path.Combine(_folder, "model.ckpt");
        await File.WriteAllTextAsync(prefix + ".index", "", Cancel);
        foreach (string path in (string[])[_folder, Path.Combine(_folder, "model.safetensors"), prefix])
        {
            Assert.Equal(path, HubModel.Resolve(path, unusable));
            Assert.Equal(path, await HubModel.ResolveAsync(path, unusable, cancellationToken: Cancel));
        }
        await Assert.ThrowsAnyAsync<ArgumentException>(() => HubModel.ResolveAsync("org/albert", unusable, cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_hub_out_of_reach_is_asked_for_a_name_once()
    {
        int asked = 0;
        await using FakeHub hub = await StartAsync(() => asked++);
        HubException e = await Assert.ThrowsAsync<HubException>(() =>
            HubModel.ResolveAsync("org/albert", hub.Options(attempts: 6), cancellationToken: Cancel));
        Assert.Equal((HubFailure.Network, 1), (e.Failure, asked));
        Assert.StartsWith("There is no file or folder 'org/albert' here, so it was taken as a model's name. ", e.Message);
        Assert.Empty(hub.Clock.Waits);
    }

    [Fact]
    public async Task Options_progress_and_cancellation_reach_the_download()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        ConcurrentQueue<DownloadProgress> reports = new();
        string snapshot = HubModel.Resolve("org/albert", hub.Options(), new SynchronousProgress<DownloadProgress>(reports.Enqueue), Cancel);
        Assert.StartsWith(hub.Cache, snapshot);
        Assert.Contains(reports, report => report is { File: "model.safetensors", Stage: DownloadStage.Completed });

        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            HubModel.ResolveAsync("org/albert@v1", hub.Options(), cancellationToken: cancelled.Token));
    }

    // A hub that cuts every connection.
    private static async Task<FakeHub> StartAsync(Action asked)
    {
        FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        hub.Fault = (context, _) =>
        {
            asked();
            context.Abort();
            return Task.FromResult(true);
        };
        return hub;
    }
}
