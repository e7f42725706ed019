using AlbertNative.Hub;
using Microsoft.AspNetCore.Http;

namespace AlbertNative.Tests.Hub;

/// <summary>What goes wrong between a hub and a disk.</summary>
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
        await FailAsync(client, HubFailure.HashMismatch);
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

    [Theory]
    [InlineData(404, "RepoNotFound", HubFailure.RepositoryNotFound)]
    [InlineData(404, "RevisionNotFound", HubFailure.RevisionNotFound)]
    [InlineData(404, null, HubFailure.RepositoryNotFound)]
    [InlineData(401, "RepoNotFound", HubFailure.RepositoryNotFound)]
    [InlineData(401, null, HubFailure.Unauthorized)]
    [InlineData(401, "GatedRepo", HubFailure.Gated)]
    [InlineData(403, "GatedRepo", HubFailure.Gated)]
    [InlineData(403, null, HubFailure.Unauthorized)]
    [InlineData(400, null, HubFailure.ServerError)]
    public async Task A_refusal_is_named_and_not_repeated(int status, string? code, HubFailure failure)
    {
        await using FakeHub hub = await StartAsync();
        hub.Fault = (context, _) =>
        {
            FakeHub.Refuse(context, status, code);
            return Task.FromResult(true);
        };
        using HubClient client = hub.Client();
        HubException e = await FailAsync(client, failure);
        Assert.Contains("org/albert", e.Message);
        Assert.Single(hub.Hub.Seen);
    }

    [Fact]
    public async Task A_gated_model_whose_list_is_public_says_so_at_its_first_file()
    {
        await using FakeHub hub = await StartAsync();
        hub.Fault = (context, name) =>
        {
            if (name is not null)
                FakeHub.Refuse(context, 403, "GatedRepo", "You need to accept the terms.");
            return Task.FromResult(name is not null);
        };
        using HubClient client = hub.Client(token: FakeHub.Token);
        HubException e = await FailAsync(client, HubFailure.Gated);
        Assert.Contains(hub.Hub.Address + "org/albert", e.Message);
        Assert.Contains("HF_TOKEN", e.Message);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    [InlineData(429)]
    public async Task A_passing_fault_is_waited_out(int status)
    {
        int faults = 0;
        await using FakeHub hub = await StartAsync();
        hub.Fault = (context, _) =>
        {
            bool fault = Interlocked.Increment(ref faults) <= 2;
            if (fault)
                context.Response.StatusCode = status;
            return Task.FromResult(fault);
        };
        using HubClient client = hub.Client();
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
    }

    [Theory]
    [InlineData(500, HubFailure.ServerError)]
    [InlineData(429, HubFailure.RateLimited)]
    public async Task A_lasting_fault_is_given_up_after_the_set_number_of_attempts(int status, HubFailure failure)
    {
        await using FakeHub hub = await StartAsync();
        hub.Fault = (context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(true);
        };
        using HubClient client = hub.Client(attempts: 3);
        await FailAsync(client, failure);
        Assert.Equal(3, hub.Hub.Seen.Count);
    }

    [Fact]
    public async Task The_hub_says_how_long_to_wait()
    {
        int count = 0;
        await using FakeHub hub = await StartAsync();
        hub.Fault = (context, _) =>
        {
            bool fault = ++count <= 2;
            if (fault)
                context.Response.StatusCode = 429;
            if (fault)
                context.Response.Headers.RetryAfter = count == 1 ? "17" : "3600";
            return Task.FromResult(fault);
        };
        using HubClient client = hub.Client();
        HubException e = await FailAsync(client, HubFailure.RateLimited); // an hour is too long
        Assert.Equal([17], hub.Clock.Waits.Select(wait => wait.TotalSeconds));
        Assert.Contains("3600 s", e.Message);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"sha": "../../..", "siblings": []}""")]
    [InlineData("""{"sha": "1111111111111111111111111111111111111111"}""")]
    [InlineData("""{"sha": "\ud800", "siblings": [{"rfilename": "\ud800"}]}""")]
    public async Task A_listing_that_no_hub_sends_is_refused(string body)
    {
        await using FakeHub hub = await StartAsync();
        hub.Fault = async (context, _) =>
        {
            await context.Response.WriteAsync(body);
            return true;
        };
        using HubClient client = hub.Client();
        HubException e = await FailAsync(client, HubFailure.InvalidResponse);
        Assert.Contains("HF_ENDPOINT", e.Message);
    }

    [Theory]
    [InlineData("X-Repo-Commit", "")]
    [InlineData("X-Repo-Commit", FakeModel.SecondCommit)]
    [InlineData("X-Linked-ETag", "\"../../../evil\"")]
    [InlineData("X-Linked-ETag", "\"abc-12\"")]
    [InlineData("X-Linked-Size", "-1")]
    public async Task Headers_that_no_hub_sends_are_refused(string header, string value)
    {
        await using FakeHub hub = await StartAsync();
        hub.Fault = (context, name) =>
        {
            if (name is null || context.Request.Method != "HEAD")
                return Task.FromResult(false);
            context.Response.Headers["X-Repo-Commit"] = FakeModel.FirstCommit;
            context.Response.Headers["X-Linked-ETag"] = $"\"{File.ETag}\"";
            context.Response.Headers["X-Linked-Size"] = "10";
            context.Response.Headers[header] = value;
            return Task.FromResult(true);
        };
        using HubClient client = hub.Client();
        await FailAsync(client, HubFailure.InvalidResponse);
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
            context.Response.ContentLength = File.Content.Length;
            await context.Response.Body.WriteAsync(File.Content.AsMemory(0, 100_000));
            await context.Response.Body.FlushAsync();
            await WaitForEndAsync(context);
            return true;
        };
        using HubClient client = hub.Client(timeout: TimeSpan.FromSeconds(1));
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal([null, "bytes=100000-"], Requests(hub).Select(request => request.Range));
    }

    [Fact]
    public async Task Cancelling_leaves_only_what_can_be_gone_on_with()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using FakeHub hub = await StartAsync(Content(Weights, async context =>
        {
            context.Response.ContentLength = File.Content.Length;
            await context.Response.Body.WriteAsync(File.Content.AsMemory(0, 100_000));
            await context.Response.Body.FlushAsync();
            await WaitForEndAsync(context);
        }));
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

    private static async Task WaitForEndAsync(HttpContext context)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // the client has gone, which is what the test is about
        }
    }

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
