using System.Net;
using AlbertNative.Hub;

namespace AlbertNative.Tests.Hub;

/// <summary>The token goes to the hub and nowhere else.</summary>
public sealed class TokenTests
{
    private const string Bearer = "Bearer " + FakeHub.Token;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_hub_gets_the_token_and_the_storage_does_not()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        using HubClient client = hub.Client(token: FakeHub.Token);
        await client.DownloadAsync("org/albert", cancellationToken: Cancel);
        Assert.All(hub.Hub.Seen, request => Assert.Equal(Bearer, request.Authorization));
        Assert.NotEmpty(hub.Storage.Seen);
        Assert.All(hub.Storage.Seen, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task A_way_that_left_the_hub_never_gets_the_token_again()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        hub.Fault = (context, _) =>
        {
            // hub -> storage -> hub, each asked for the listing
            string? next = context.Request.Path.Value switch
            {
                string path when path.StartsWith("/api/") && !context.Request.QueryString.HasValue => $"{hub.Storage.Address}away",
                "/away" => $"{hub.Hub.Address}api/models/org/albert/revision/main?back",
                _ => null,
            };
            if (next is not null)
                context.Response.Redirect(next);
            return Task.FromResult(next is not null);
        };
        using HubClient client = hub.Client(token: FakeHub.Token);
        await client.DownloadAsync("org/albert", cancellationToken: Cancel);
        Assert.Equal([Bearer, null], hub.Hub.Seen.Where(request => request.Path.StartsWith("/api/")).Select(request => request.Authorization));
        Assert.All(hub.Storage.Seen, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task What_a_server_echoes_is_not_passed_on()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        hub.Fault = (context, _) =>
        {
            FakeHub.Refuse(context, 403, null, $"\tbad token {context.Request.Headers.Authorization}");
            return Task.FromResult(true);
        };
        using HubClient client = hub.Client(token: FakeHub.Token);
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Contains("bad token Bearer ***", e.Message);
        Assert.DoesNotContain(FakeHub.Token, e.ToString());
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task Signed_addresses_are_in_no_message(int status)
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        hub.Fault = (context, _) =>
        {
            bool storage = context.Request.QueryString.Value!.Contains(FakeHub.Signature);
            if (storage)
                context.Response.StatusCode = status;
            return Task.FromResult(storage);
        };
        using HubClient client = hub.Client(token: FakeHub.Token);
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(HubFailure.ServerError, e.Failure);
        Assert.DoesNotContain(FakeHub.Signature, e.ToString());
        Assert.DoesNotContain(FakeHub.Token, e.ToString());
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        hub.Fault = (context, _) =>
        {
            context.Response.Redirect(context.Request.Path.Value!);
            return Task.FromResult(true);
        };
        using HubClient client = hub.Client();
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(HubFailure.InvalidResponse, e.Failure);
        Assert.InRange(hub.Hub.Seen.Count, 2, 20);
    }

    [Theory]
    [InlineData("https://hub.example:8443/x", "another port")]
    [InlineData("https://HUB.example.evil.example/x", "another host")]
    [InlineData("https://sub.hub.example/x", "a host below")]
    [InlineData("https://user:pass@hub.example.evil.example/x", "a user name")]
    public async Task Another_origin_gets_no_token(string location, string why)
    {
        StubHandler handler = new(location);
        await AskAsync(handler);
        Assert.Equal(2, handler.Sent.Count);
        Assert.Equal(Bearer, handler.Sent[0].Authorization);
        Assert.True(handler.Sent[1].Authorization is null, why);
    }

    [Theory]
    [InlineData("http://hub.example/x")]
    [InlineData("http://other.example/x")]
    [InlineData("ftp://hub.example/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData(null)]
    public async Task A_step_down_to_http_or_to_no_web_address_is_not_taken(string? location)
    {
        StubHandler handler = new(location);
        Assert.Equal(HubFailure.InvalidResponse, (await AskAsync(handler)).Failure);
        Assert.Single(handler.Sent);
    }

    private static async Task<HubException> AskAsync(StubHandler handler)
    {
        string cache = Directory.CreateTempSubdirectory("albert-hub-").FullName;
        try
        {
            using HubClient client = new(new HubOptions
            {
                CacheDirectory = cache,
                Endpoint = new Uri("https://hub.example/"),
                Token = FakeHub.Token,
                Handler = handler,
            });
            return await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    /// <summary>Redirects the first request and refuses every other; stands for servers that speak TLS.</summary>
    private sealed class StubHandler(string? location) : HttpMessageHandler
    {
        public List<(Uri Address, string? Authorization)> Sent { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Sent.Add((request.RequestUri!, request.Headers.Authorization?.ToString()));
            HttpResponseMessage response = new(Sent.Count == 1 ? HttpStatusCode.Redirect : HttpStatusCode.BadRequest);
            response.Headers.Location = location is null ? null : new Uri(location);
            return Task.FromResult(response);
        }
    }
}
