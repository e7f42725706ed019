using AlbertNative.Hub;
using Microsoft.AspNetCore.Http;

namespace AlbertNative.Tests.Hub;

/// <summary>What goes wrong while content is on its way to the disk.</summary>
public sealed class FaultTests
{
    private const string Weights = "model.safetensors";

    private readonly FakeModel _model = FakeModel.Albert();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private FakeFile File => _model.Files[Weights];

    [Fact]
    public async Task A_connection_that_is_cut_again_and_again_still_ends_in_a_whole_file()
    {
        await using FakeHub hub = await StartAsync(Content(Weights, context =>
            FakeHub.CutAsync(context, File.Content, FakeHub.RangeStart(context), 50_000)));
        using HubClient client = hub.Client();
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Contains(hub.Storage.Seen, request => request.Range is not null);
    }

    [Fact]
    public async Task A_connection_that_is_always_cut_at_once_is_given_up()
    {
        int attempts = 0;
        await using FakeHub hub = await StartAsync(Content(Weights, context =>
        {
            attempts++;
            context.Abort();
            return Task.CompletedTask;
        }));
        using HubClient client = hub.Client(attempts: 4);
        HubException e = await FailAsync(client, HubFailure.Network);
        Assert.Equal(4, attempts);
        Assert.Contains("4 attempts", e.Message);
        Assert.Equal([0.5, 1, 2], hub.Clock.Waits.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task A_download_goes_on_where_another_process_stopped()
    {
        await using FakeHub hub = await StartAsync();
        Leave(hub, File.Content[..100_000]);
        using HubClient client = hub.Client();
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(["bytes=100000-"], Requests(hub).Select(request => request.Range));
    }

    [Theory]
    [InlineData(100_000)] // goes on with it, finds the hash wrong, starts over
    [InlineData(300_000)] // the right size: nothing to fetch, but the hash is wrong
    [InlineData(400_000)] // longer than the file
    public async Task Rubbish_that_another_process_left_is_not_trusted(int length)
    {
        await using FakeHub hub = await StartAsync();
        Leave(hub, new byte[length]);
        using HubClient client = hub.Client();
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Null(Requests(hub).Last().Range);
    }

    [Fact]
    public async Task A_whole_file_that_was_only_not_renamed_is_not_fetched_again()
    {
        await using FakeHub hub = await StartAsync();
        Leave(hub, File.Content);
        using HubClient client = hub.Client();
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Empty(Requests(hub));
    }

    [Fact]
    public async Task A_server_without_ranges_sends_the_whole_again()
    {
        await using FakeHub hub = await StartAsync(Content(Weights, async context => await context.Response.Body.WriteAsync(File.Content)));
        Leave(hub, File.Content[..100_000]);
        using HubClient client = hub.Client();
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_server_that_refuses_a_range_is_asked_for_the_whole()
    {
        await using FakeHub hub = await StartAsync();
        hub.Fault = (context, name) =>
        {
            bool refuse = name == Weights && context.Request.Headers.Range.Count > 0;
            if (refuse)
                context.Response.StatusCode = 416;
            return Task.FromResult(refuse);
        };
        Leave(hub, File.Content[..100_000]);
        using HubClient client = hub.Client();
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_part_that_was_not_asked_for_is_refused()
    {
        await using FakeHub hub = await StartAsync(Content(Weights, context =>
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes 5-{File.Content.Length - 1}/{File.Content.Length}";
            return Task.CompletedTask;
        }));
        Leave(hub, File.Content[..100_000]);
        using HubClient client = hub.Client();
        await FailAsync(client, HubFailure.InvalidResponse);
    }

    [Theory]
    [InlineData(Weights)]
    [InlineData("tokenizer_config.json")]
    public async Task Content_with_another_hash_is_deleted(string name)
    {
        byte[] wrong = [.. _model.Files[name].Content];
        wrong[^1] ^= 1;
        await using FakeHub hub = await StartAsync(Content(name, async context => await context.Response.Body.WriteAsync(wrong)));
        using HubClient client = hub.Client();
        HubException e = await FailAsync(client, HubFailure.HashMismatch);
        Assert.Contains(name, e.Message);
        Assert.Contains(_model.Files[name].ETag, e.Message);
        Assert.Empty(Directory.GetFiles(Path.Combine(hub.Folder(), "blobs"), _model.Files[name].ETag + "*"));
        Assert.Null(client.TryFindCached("org/albert"));
    }

    [Fact]
    public async Task Content_that_does_not_end_is_stopped()
    {
        await using FakeHub hub = await StartAsync(Content(Weights, async context =>
        {
            byte[] block = new byte[1 << 16];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(block);
        }));
        using HubClient client = hub.Client();
        HubException e = await FailAsync(client, HubFailure.HashMismatch);
        Assert.Contains("300000 bytes", e.Message);
        Assert.Empty(Directory.GetFiles(Path.Combine(hub.Folder(), "blobs"), File.ETag + "*"));
        Assert.Single(Requests(hub));
    }

    [Fact]
    public async Task Content_that_does_not_end_after_what_another_process_left_is_asked_for_from_the_start()
    {
        await using FakeHub hub = await StartAsync();
        hub.Fault = async (context, _) =>
        {
            if (context.Request.Path != "/" + File.ETag || context.Request.Headers.Range.Count == 0)
                return false;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {FakeHub.RangeStart(context)}-{File.Content.Length - 1}/{File.Content.Length}";
            await context.Response.Body.WriteAsync(new byte[File.Content.Length]); // more than what is missing
            return true;
        };
        Leave(hub, File.Content[..100_000]);
        using HubClient client = hub.Client();
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(["bytes=100000-", null], Requests(hub).Select(request => request.Range));
    }

    [Fact]
    public async Task A_login_page_in_the_files_place_is_given_up()
    {
        int attempts = 0;
        await using FakeHub hub = await StartAsync(Content(Weights, context =>
        {
            attempts++;
            return context.Response.WriteAsync("<html>please log in</html>");
        }));
        using HubClient client = hub.Client(attempts: 3);
        await FailAsync(client, HubFailure.Network);
        Assert.InRange(attempts, 3, 4);
    }

    [Fact]
    public async Task Silence_in_the_middle_of_a_body_is_a_fault_like_a_cut()
    {
        int silent = 0;
        await using FakeHub hub = await StartAsync();
        hub.Fault = async (context, name) =>
        {
            if (name != Weights || context.Request.Method != "GET" || context.Request.Path.Value!.Contains("resolve") || silent++ > 0)
                return false;
            await FakeHub.StallAsync(context, File.Content, 100_000);
            return true;
        };
        // Long enough for whoever does answer, however busy the machine is.
        using HubClient client = hub.Client(timeout: TimeSpan.FromSeconds(5));
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal([null, "bytes=100000-"], Requests(hub).Select(request => request.Range));
    }

    [Fact]
    public async Task Cancelling_leaves_only_what_can_be_gone_on_with()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using FakeHub hub = await StartAsync(Content(Weights, context => FakeHub.StallAsync(context, File.Content, 100_000)));
        using HubClient client = hub.Client();
        StopAt progress = new(100_000, stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.DownloadAsync("org/albert", progress: progress, cancellationToken: stop.Token));
        FileInfo left = new(Directory.GetFiles(Path.Combine(hub.Folder(), "blobs"), File.ETag + "*").Single());
        Assert.Equal((File.ETag + ".incomplete", 100_000L), (left.Name, left.Length));
        Assert.Null(client.TryFindCached("org/albert"));

        hub.Fault = (_, _) => Task.FromResult(false);
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal("bytes=100000-", Requests(hub).Last().Range);
    }

    [Fact]
    public async Task Too_little_space_is_noticed_before_the_weights_are_fetched()
    {
        await using FakeHub hub = await StartAsync();
        using HubClient client = hub.Client(freeSpace: _ => 200_000);
        HubException e = await FailAsync(client, HubFailure.NoSpace);
        Assert.Contains("300000", e.Message);
        Assert.Contains("200000", e.Message);
        Assert.Empty(Requests(hub));

        Leave(hub, File.Content[..150_000]); // what is there already needs no space
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_disk_that_fills_up_on_the_way_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's");
        await using FakeHub hub = await StartAsync();
        Directory.CreateDirectory(Path.Combine(hub.Folder(), "blobs"));
        System.IO.File.CreateSymbolicLink(Path.Combine(hub.Folder(), "blobs", File.ETag + ".incomplete"), "/dev/full");
        using HubClient client = hub.Client();
        HubException e = await FailAsync(client, HubFailure.NoSpace);
        Assert.Contains("HF_HUB_CACHE", e.Message);
        Assert.Null(client.TryFindCached("org/albert"));
    }

    [Fact]
    public async Task A_cache_that_is_a_file_is_named()
    {
        await using FakeHub hub = await StartAsync();
        await System.IO.File.WriteAllTextAsync(hub.Folder(), "in the way", Cancel);
        using HubClient client = hub.Client();
        HubException e = await FailAsync(client, HubFailure.Storage);
        Assert.Contains(hub.Cache, e.Message);
    }

    private Task<FakeHub> StartAsync() => FakeHub.StartAsync(_model);

    private async Task<FakeHub> StartAsync(Func<HttpContext, string?, Task<bool>> fault)
    {
        FakeHub hub = await StartAsync();
        hub.Fault = fault;
        return hub;
    }

    // Replaces the content of one file, at the storage for a large one, at the hub for a small one.
    private Func<HttpContext, string?, Task<bool>> Content(string name, Func<HttpContext, Task> answer) => async (context, file) =>
    {
        if (file != name || context.Request.Method != "GET" || context.Request.Path.Value!.Contains("resolve") == _model.Files[name].Large)
            return false;
        await answer(context);
        return true;
    };

    private SeenRequest[] Requests(FakeHub hub) => [.. hub.Storage.Seen.Where(request => request.Path == "/" + File.ETag)];

    private void Leave(FakeHub hub, byte[] content)
    {
        Directory.CreateDirectory(Path.Combine(hub.Folder(), "blobs"));
        System.IO.File.WriteAllBytes(Path.Combine(hub.Folder(), "blobs", File.ETag + ".incomplete"), content);
    }

    private async Task VerifyAsync(string snapshot)
    {
        Assert.Equal(File.Content, await System.IO.File.ReadAllBytesAsync(Path.Combine(snapshot, Weights), Cancel));
        string blobs = Path.Combine(snapshot, "..", "..", "blobs");
        Assert.Empty(Directory.GetFiles(blobs, "*.incomplete"));
    }

    private static async Task<HubException> FailAsync(HubClient client, HubFailure failure)
    {
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(failure, e.Failure);
        return e;
    }

    private sealed class StopAt(long received, CancellationTokenSource source) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            if (value.File == Weights && value.Received >= received)
                source.Cancel();
        }
    }
}
