using AlbertNative.Hub;
using Microsoft.AspNetCore.Http;

namespace AlbertNative.Tests.Hub;

/// <summary>How much a hub may send, and how slowly.</summary>
public sealed class LimitTests
{
    private const string Weights = "model.safetensors";

    private readonly FakeModel _model = FakeModel.Albert();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private FakeFile File => _model.Files[Weights];

    [Fact]
    public async Task A_file_without_an_announced_size_has_a_limit()
    {
        await using FakeHub hub = await StartAsync(async context =>
        {
            byte[] block = new byte[1 << 16];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(block);
        });
        using HubClient client = new(hub.Options() with { MaxUnannouncedSize = 1 << 20 });
        HubException e = await FailAsync(client, HubFailure.TooLarge);
        Assert.Contains($"'{Weights}' of 'org/albert' has no announced size and more than {1 << 20} bytes", e.Message);
        Assert.Empty(Directory.GetFiles(Path.Combine(hub.Folder(), "blobs"), File.ETag + "*"));
        Assert.Single(hub.Storage.Seen, request => request.Path == "/" + File.ETag);
    }

    [Fact]
    public async Task A_description_that_claims_to_be_a_large_file_is_not_fetched()
    {
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        hub.Fault = (context, file) =>
        {
            if (file != "config.json")
                return Task.FromResult(false);
            context.Response.Headers["X-Repo-Commit"] = _model.Commit;
            context.Response.Headers["X-Linked-ETag"] = $"\"{new string('a', 64)}\"";
            context.Response.Headers["X-Linked-Size"] = "68719476736";
            return Task.FromResult(true);
        };
        using HubClient client = hub.Client();
        HubException e = await FailAsync(client, HubFailure.TooLarge);
        Assert.Contains("'config.json' of 'org/albert' has 68719476736 bytes", e.Message);
        Assert.DoesNotContain(hub.Hub.Seen, request => request.Method == "GET" && request.Path.EndsWith("config.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_only_trickles_is_given_up_and_the_file_named()
    {
        int answers = 0;
        await using FakeHub hub = await StartAsync(async context =>
        {
            answers++;
            context.Response.StatusCode = 206;
            int from = FakeHub.RangeStart(context);
            context.Response.Headers.ContentRange = $"bytes {from}-{File.Content.Length - 1}/{File.Content.Length}";
            for (int at = from; at < File.Content.Length && !context.RequestAborted.IsCancellationRequested; at++)
            {
                await context.Response.Body.WriteAsync(File.Content.AsMemory(at, 1));
                await context.Response.Body.FlushAsync();
                await Task.Delay(1);
            }
        });
        Directory.CreateDirectory(Path.Combine(hub.Folder(), "blobs"));
        string incomplete = Path.Combine(hub.Folder(), "blobs", File.ETag + ".incomplete");
        await System.IO.File.WriteAllBytesAsync(incomplete, File.Content[..1000], Cancel);
        // A byte or a few each tenth of a second, of 10,000 a second.
        using HubClient client = new(hub.Options(attempts: 2) with { MinRate = 10_000, Clock = new InstantClock { Step = TimeSpan.FromSeconds(0.1) } });
        HubException e = await FailAsync(client, HubFailure.Network);
        Assert.StartsWith($"Fetching '{Weights}' of 'org/albert': ", e.Message);
        Assert.Contains("fewer than 10000 bytes a second for 20 s", e.Message);
        Assert.Equal(2, answers);
        Assert.InRange(new FileInfo(incomplete).Length, 1001, 20_000); // kept, to go on with
    }

    [Fact]
    public async Task Each_question_that_fails_is_named()
    {
        string? failing = null;
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        hub.Fault = (context, file) =>
        {
            if (file == failing)
                context.Abort();
            return Task.FromResult(file == failing);
        };
        using HubClient client = hub.Client(attempts: 2);
        Assert.StartsWith("Asking the hub for the files of 'org/albert': 127.0.0.1 cannot be reached", (await FailAsync(client, HubFailure.Network)).Message);
        failing = "config.json";
        Assert.StartsWith("Asking the hub for 'config.json' of 'org/albert': ", (await FailAsync(client, HubFailure.Network)).Message);
    }

    // The hub announces no size of the weights, and the storage answers as it likes.
    private async Task<FakeHub> StartAsync(Func<HttpContext, Task> answer)
    {
        FakeHub hub = await FakeHub.StartAsync(_model);
        hub.Fault = async (context, file) =>
        {
            if (file == Weights && context.Request.Method == "HEAD")
            {
                context.Response.Headers["X-Repo-Commit"] = _model.Commit;
                context.Response.Headers["X-Linked-ETag"] = $"\"{File.ETag}\"";
                context.Response.Redirect($"{hub.Storage.Address}{File.ETag}");
                return true;
            }
            if (context.Request.Path != "/" + File.ETag)
                return false;
            await answer(context);
            return true;
        };
        return hub;
    }

    private static async Task<HubException> FailAsync(HubClient client, HubFailure failure)
    {
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(failure, e.Failure);
        return e;
    }
}
