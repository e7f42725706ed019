using AlbertNative.Hub;
using AlbertNative.Hub.Http;
using Microsoft.AspNetCore.Http;

namespace AlbertNative.Tests.Hub;

/// <summary>Answers of the hub other than the one hoped for.</summary>
public sealed class RefusalTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

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
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
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
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
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
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        hub.Fault = (context, _) =>
        {
            bool fault = Interlocked.Increment(ref faults) <= 2;
            if (fault)
                context.Response.StatusCode = status;
            return Task.FromResult(fault);
        };
        using HubClient client = hub.Client();
        Assert.Equal(await client.DownloadAsync("org/albert", cancellationToken: Cancel), client.TryFindCached("org/albert"));
    }

    [Theory]
    [InlineData(500, HubFailure.ServerError)]
    [InlineData(429, HubFailure.RateLimited)]
    public async Task A_lasting_fault_is_given_up_after_the_set_number_of_attempts(int status, HubFailure failure)
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
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
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
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
    [InlineData("""{"sha": "1111111111111111111111111111111111111111", "siblings": [{"rfilename": "\ud800"}]}""")]
    [InlineData("""{"\ud800": 1, "sha": "1111111111111111111111111111111111111111", "siblings": []}""")]
    [InlineData("""{"sha": "1111111111111111111111111111111111111111", "siblings": [{"\udc00": 1, "rfilename": "a"}]}""")]
    public async Task A_listing_that_no_hub_sends_is_refused(string body)
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
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
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        hub.Fault = (context, name) =>
        {
            if (name is null || context.Request.Method != "HEAD")
                return Task.FromResult(false);
            context.Response.Headers["X-Repo-Commit"] = FakeModel.FirstCommit;
            context.Response.Headers["X-Linked-ETag"] = $"\"{new string('a', 64)}\"";
            context.Response.Headers["X-Linked-Size"] = "10";
            context.Response.Headers[header] = value;
            return Task.FromResult(true);
        };
        using HubClient client = hub.Client();
        await FailAsync(client, HubFailure.InvalidResponse);
    }

    [Theory]
    [InlineData("config.json", """{"\ud800": 1, "model_type": "albert"}""")]
    [InlineData("config.json", """{"model_type": "\ud800"}""")]
    [InlineData("modules.json", """[{"\ud800": 1, "path": "a"}]""")]
    [InlineData("modules.json", """[{"path": "\ud800"}]""")]
    [InlineData("model.safetensors.index.json", """{"\ud800": 1, "weight_map": {"a": "b"}}""")]
    [InlineData("model.safetensors.index.json", """{"weight_map": {"\ud800": "\ud800"}}""")]
    public async Task A_file_with_text_that_is_no_Unicode_is_refused_by_its_name(string file, string json)
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert().Without("model.safetensors").Add(file, json));
        using HubClient client = hub.Client();
        HubException e = await FailAsync(client, HubFailure.InvalidResponse);
        Assert.Contains(file.EndsWith("index.json", StringComparison.Ordinal) ? "blobs" : file, e.Message);
    }

    [Fact]
    public async Task What_a_hub_says_reaches_a_message_without_what_could_rewrite_a_terminal()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        hub.Fault = (context, _) =>
        {
            FakeHub.Refuse(context, 401, message: "red\tand\tblue");
            return Task.FromResult(true);
        };
        using HubClient client = hub.Client();
        HubException e = await FailAsync(client, HubFailure.Unauthorized);
        Assert.Contains("The hub says: red and blue", e.Message);
        Assert.Equal("a [31mb  c", ServerText.Clean("a\u001b[31mb\u202e\u2028c"));
    }

    private static async Task<HubException> FailAsync(HubClient client, HubFailure failure)
    {
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(failure, e.Failure);
        return e;
    }
}
