using System.Globalization;
using AlbertNative.Hub;

namespace AlbertNative.Tests.Hub;

/// <summary>Hubs and storages that answer otherwise than the public ones, or late.</summary>
public sealed class AnswerTests
{
    private const string Weights = "model.safetensors";

    private readonly FakeModel _model = FakeModel.Albert();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private FakeFile File => _model.Files[Weights];

    [Theory]
    [InlineData("mirror/hf")]
    [InlineData("mirror/hf/")]
    public async Task A_mirror_below_a_path_is_asked_there(string path)
    {
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        hub.Prefix = "/mirror/hf";
        using HubClient client = new(hub.Options(token: FakeHub.Token) with { Endpoint = new Uri(hub.Hub.Address, path) });
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.All(hub.Hub.Seen, request => Assert.StartsWith("/mirror/hf/", request.Path));
        Assert.All(hub.Hub.Seen, request => Assert.Equal("Bearer " + FakeHub.Token, request.Authorization));

        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/none", cancellationToken: Cancel));
        Assert.Contains("/mirror/hf has no model 'org/none'", e.Message);
    }

    [Fact]
    public async Task A_hub_that_is_silent_before_its_answer_is_asked_again()
    {
        const string listing = "/api/models/org/albert/revision/main";
        int asked = 0;
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        hub.Fault = async (context, _) =>
        {
            if (context.Request.Path != listing || Interlocked.Increment(ref asked) > 1)
                return false;
            await FakeHub.WaitForEndAsync(context);
            return true;
        };
        // Long enough for whoever does answer, however busy the machine is.
        using HubClient client = hub.Client(timeout: TimeSpan.FromSeconds(5));
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal([listing, listing], hub.Hub.Seen.Select(request => request.Path).Where(path => !path.Contains("/resolve/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_hub_that_stays_silent_is_given_up()
    {
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        hub.Fault = async (context, _) =>
        {
            await FakeHub.WaitForEndAsync(context);
            return true;
        };
        using HubClient client = hub.Client(attempts: 2, timeout: TimeSpan.FromMilliseconds(200));
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(HubFailure.Network, e.Failure);
        Assert.Contains("sent nothing for 0.2 s", e.Message);
        Assert.Contains("2 attempts", e.Message);
    }

    [Theory]
    [InlineData(120, 110, 120)]
    [InlineData(-120, 0, 0)] // a moment that has passed asks for no wait
    public async Task A_hub_may_say_until_when_to_wait(int seconds, int least, int most)
    {
        int asked = 0;
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        hub.Fault = (context, file) =>
        {
            bool refuse = file is null && asked++ == 0;
            if (refuse)
            {
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = DateTimeOffset.UtcNow.AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture);
            }
            return Task.FromResult(refuse);
        };
        using HubClient client = hub.Client();
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.InRange(hub.Clock.Waits.Sum(wait => wait.TotalSeconds), least, most);
    }

    [Fact]
    public async Task A_storage_that_asks_for_a_pause_is_gone_on_with_after_it()
    {
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        CutThenRefuse(hub, 429, times: 1);
        using HubClient client = hub.Client();
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal([null, "bytes=100000-", "bytes=100000-"], Ranges(hub));
        Assert.Contains(TimeSpan.FromSeconds(7), hub.Clock.Waits);
    }

    [Fact]
    public async Task What_has_arrived_before_the_storage_refuses_is_kept_for_the_next_time()
    {
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        CutThenRefuse(hub, 403, times: int.MaxValue);
        using HubClient client = hub.Client();
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(HubFailure.ServerError, e.Failure);
        Assert.Contains("403", e.Message);
        Assert.Equal(100_000, new FileInfo(Path.Combine(hub.Folder(), "blobs", File.ETag + ".incomplete")).Length);

        hub.Fault = (_, _) => Task.FromResult(false);
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal("bytes=100000-", Ranges(hub)[^1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(300_000)] // whole already, which only the refused range tells
    public async Task A_file_whose_size_the_hub_does_not_say_is_fetched_and_checked_all_the_same(int left)
    {
        await using FakeHub hub = await FakeHub.StartAsync(_model);
        hub.Fault = (context, file) =>
        {
            if (context.Request.Method != "HEAD" || file is null)
                return Task.FromResult(false);
            FakeFile asked = _model.Files[file];
            context.Response.Headers["X-Repo-Commit"] = _model.Commit;
            context.Response.Headers[asked.Large ? "X-Linked-ETag" : "ETag"] = $"\"{asked.ETag}\"";
            if (asked.Large)
                context.Response.Redirect($"{hub.Storage.Address}{asked.ETag}");
            return Task.FromResult(true);
        };
        Directory.CreateDirectory(Path.Combine(hub.Folder(), "blobs"));
        await System.IO.File.WriteAllBytesAsync(Path.Combine(hub.Folder(), "blobs", File.ETag + ".incomplete"), File.Content[..left], Cancel);
        using HubClient client = hub.Client();
        await VerifyAsync(await client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal([left == 0 ? null : $"bytes={left}-"], Ranges(hub));
    }

    // The first answer with the weights is cut, and so many of those that follow are refused.
    private void CutThenRefuse(FakeHub hub, int status, int times)
    {
        int asked = 0;
        hub.Fault = async (context, _) =>
        {
            if (context.Request.Path != "/" + File.ETag)
                return false;
            int before = asked++;
            if (before == 0)
            {
                await FakeHub.CutAsync(context, File.Content, 0, 100_000);
                return true;
            }
            if (before > times)
                return false;
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "7";
            return true;
        };
    }

    private List<string?> Ranges(FakeHub hub) =>
        [.. hub.Storage.Seen.Where(request => request.Path == "/" + File.ETag).Select(request => request.Range)];

    private async Task VerifyAsync(string snapshot) =>
        Assert.Equal(File.Content, await System.IO.File.ReadAllBytesAsync(Path.Combine(snapshot, Weights), Cancel));
}
