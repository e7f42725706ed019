using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Quotas;
using AlbertNative.Serving;
using AlbertNative.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AlbertNative.Tests.Server;

/// <summary>Two replicas and a real store of quotas between them.</summary>
public sealed class SharedQuotaTests : IDisposable
{
    private const string Ask = "{\"inputs\":\"the king\"}";

    private readonly string _keys = Path.GetTempFileName();
    private readonly RedisServer _redis = new();

    public void Dispose()
    {
        _redis.Dispose();
        File.Delete(_keys);
    }

    [Fact]
    public async Task Replicas_refuse_what_their_store_does_and_not_a_request_more_or_less()
    {
        Assert.SkipUnless(RedisServer.IsThere, "redis-server is not installed");
        await _redis.StartAsync();
        await using LoopbackServerApp first = await StartAsync("\"requests_per_minute\": 10"), second = await StartAsync("\"requests_per_minute\": 10");
        await UntilSharedAsync(true, first, second);
        using OwnFigures figures = new(first);

        Stopwatch clock = Stopwatch.StartNew();
        RawAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? first : second).PostAsync("/embed", Ask, Key)));
        int answered = answers.Count(answer => answer.Status == 200);

        // Ten at once, and what has flowed in since.
        Assert.InRange(answered, 10, 11 + (int)(clock.Elapsed.TotalSeconds / 6));
        // Whether the store has said no, or the server knows that it would.
        Assert.All([.. answers.Where(answer => answer.Status != 200)], static refused =>
        {
            Assert.Equal((429, "10", "0"), (refused.Status, refused.Headers["x-ratelimit-limit-requests"], refused.Headers["x-ratelimit-remaining-requests"]));
            Assert.Matches("^[0-9]+(ms|s|m[0-9]+s)$", refused.Headers["x-ratelimit-reset-requests"]);
            Assert.InRange(int.Parse(refused.Headers["retry-after"], CultureInfo.InvariantCulture), 1, 7);
        });
        Assert.Equal(0, figures["albertnative.quota.local"]);
    }

    [Fact]
    public async Task While_the_store_is_down_each_replica_lets_clients_have_its_share_and_says_so()
    {
        Assert.SkipUnless(RedisServer.IsThere, "redis-server is not installed");
        await _redis.StartAsync();
        await using LoopbackServerApp first = await StartAsync("\"requests_per_minute\": 20"), second = await StartAsync("\"requests_per_minute\": 20");
        await UntilSharedAsync(true, first, second);
        await UntilReplicasAsync(2, first, second);
        using OwnFigures figures = new(first);
        Assert.Equal(200, (await first.PostAsync("/embed", Ask, Key)).Status);
        Assert.Equal((1, 0), (figures.Read()["albertnative.quota.shared"], figures["albertnative.quota.local"]));

        _redis.Stop();
        List<int> statuses = [];
        for (int i = 0; i < 16; i++)
            statuses.Add((await first.PostAsync("/embed", Ask, Key)).Status);
        RawAnswer last = await first.PostAsync("/embed", Ask, Key);

        // Half of 20 is its share; nobody gets an error for the store's sake, and nobody waits for it long.
        Assert.All(statuses, status => Assert.True(status is 200 or 429, $"{status}"));
        Assert.InRange(statuses.Count(status => status == 200), 10, 13);
        Assert.Equal("10", last.Headers["x-ratelimit-limit-requests"]);
        await UntilSharedAsync(false, first, second);
        Assert.Equal(0, figures.Read()["albertnative.quota.shared"]);
        Assert.InRange(figures["albertnative.quota.local"], 10, 17);

        await _redis.StartAsync();
        await UntilSharedAsync(true, first, second);
        RawAnswer again = await first.PostAsync("/embed", Ask, Key);
        Assert.Equal((200, "20"), (again.Status, again.Headers["x-ratelimit-limit-requests"]));
    }

    [Fact]
    public async Task The_log_says_when_the_store_goes_and_when_it_is_there_again()
    {
        Assert.SkipUnless(RedisServer.IsThere, "redis-server is not installed");
        await _redis.StartAsync();
        RecordingLogger<SharedQuotas> logger = new();
        await using InferenceScheduler scheduler = new(new SchedulerOptions());
        using SharedQuotas quotas = Patient(LoopbackServerApp.Options(("quota-redis", _redis.Address)), scheduler, logger);
        await quotas.StartAsync(TestContext.Current.CancellationToken);

        await Eventually.HoldsAsync(() => logger.Lines.Count == 1);
        _redis.Stop();
        await Eventually.HoldsAsync(() => logger.Lines.Count == 2);
        await _redis.StartAsync();
        await Eventually.HoldsAsync(() => logger.Lines.Count == 3);
        await quotas.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal([LogLevel.Information, LogLevel.Warning, LogLevel.Information], logger.Lines.Select(line => line.Level));
        Assert.Equal("quotas are shared by 1 replicas", logger.Lines.First().Text);
        Assert.Contains("does not answer", logger.Lines.ElementAt(1).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_says_once_that_a_store_was_never_there()
    {
        RecordingLogger<SharedQuotas> logger = new();
        await using InferenceScheduler scheduler = new(new SchedulerOptions());
        using SharedQuotas quotas = new(LoopbackServerApp.Options(("quota-redis", _redis.Address), ("quota-replicas", "4")), scheduler, TimeProvider.System, logger);
        await quotas.StartAsync(TestContext.Current.CancellationToken);

        await Eventually.HoldsAsync(() => !logger.Lines.IsEmpty);
        await quotas.StopAsync(TestContext.Current.CancellationToken);

        (LogLevel level, string text) = Assert.Single(logger.Lines);
        Assert.Equal(LogLevel.Warning, level);
        Assert.Matches(@"^the store of quotas does not answer \(\w+\): each of 4 replicas lets clients have its share$", text);
    }

    [Fact]
    public async Task A_store_that_was_never_there_hinders_nobody()
    {
        WriteKeys("\"tokens_per_minute\": 1000");
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("api-keys", _keys), ("quota-redis", _redis.Address), ("quota-replicas", "4"));

        RawAnswer answer = await server.PostAsync("/embed", Ask, Key);

        Assert.Equal((200, "250"), (answer.Status, answer.Headers["x-ratelimit-limit-tokens"]));
        Assert.False(server.App.Services.GetRequiredService<SharedQuotas>().IsUp);
    }

    [Fact]
    public async Task A_server_without_a_store_says_what_is_left_of_its_own_quotas()
    {
        WriteKeys("\"requests_per_minute\": 5, \"tokens_per_minute\": 600");
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("api-keys", _keys));

        RawAnswer answer = await server.PostAsync("/embed", Ask, Key);

        Assert.Equal(("5", "4", "600"), (
            answer.Headers["x-ratelimit-limit-requests"], answer.Headers["x-ratelimit-remaining-requests"], answer.Headers["x-ratelimit-limit-tokens"]));
        Assert.Matches("^[0-9]+(ms|s)$", answer.Headers["x-ratelimit-reset-requests"]);
        Assert.Matches("^queue=[0-9.]+$", answer.Headers["x-load"]);
    }

    private static (string, string) Key => ("x-api-key", "one");

    private Task<LoopbackServerApp> StartAsync(string quota)
    {
        WriteKeys(quota);
        return LoopbackServerApp.StartAsync(
            services => services.AddSingleton(parts => Patient(
                parts.GetRequiredService<ServerOptions>(), parts.GetRequiredService<InferenceScheduler>(), parts.GetRequiredService<ILogger<SharedQuotas>>())),
            ("api-keys", _keys), ("quota-redis", _redis.Address));
    }

    private void WriteKeys(string quota) => File.WriteAllText(_keys, $$"""[{"name": "limited", "sha256": "{{Hash("one")}}", {{quota}}}]""");

    /// <summary>Quotas that wait for a store that is there, however busy the machine is.</summary>
    private static SharedQuotas Patient(ServerOptions options, InferenceScheduler scheduler, ILogger<SharedQuotas> logger) =>
        new(options, scheduler, TimeProvider.System, logger) { Patience = TimeSpan.FromMinutes(1) };

    private static async Task UntilSharedAsync(bool wanted, params LoopbackServerApp[] servers)
    {
        foreach (LoopbackServerApp server in servers)
        {
            while (server.App.Services.GetRequiredService<SharedQuotas>().IsUp != wanted)
                await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static async Task UntilReplicasAsync(int wanted, params LoopbackServerApp[] servers)
    {
        foreach (LoopbackServerApp server in servers)
        {
            while (server.App.Services.GetRequiredService<SharedQuotas>().Replicas != wanted)
                await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static string Hash(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
