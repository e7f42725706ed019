using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using AlbertNative.Server.Configuration;
using AlbertNative.Serving;
using StackExchange.Redis;

namespace AlbertNative.Server.Quotas;

/// <summary>
/// Clients' quotas of a minute, kept for all replicas in one store. While that does not answer, each replica lets a client have
/// its share of the quota, and refuses nobody for it.
/// </summary>
internal sealed partial class SharedQuotas : BackgroundService
{
    private const string BucketPrefix = "albert:quota:";
    private const string ReplicaSet = "albert:replicas";
    private const int ForgottenAfterSeconds = 10;

    private static readonly TimeSpan AnnounceEvery = TimeSpan.FromSeconds(1);

    private readonly ServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SharedQuotas> _logger;
    private readonly string _name = Guid.NewGuid().ToString("N");
    private readonly ConditionalWeakTable<ServingClient, UsedUp> _usedUp = [];
    private readonly Counter<long> _local;
    private volatile IDatabase? _store;
    private volatile bool _isUp;
    private volatile int _replicas;

    public SharedQuotas(ServerOptions options, InferenceScheduler scheduler, TimeProvider time, ILogger<SharedQuotas> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _replicas = options.QuotaReplicas;
        _local = scheduler.Telemetry.Meter.CreateCounter<long>(
            "albertnative.quota.local", "{request}", "Requests whose quotas this replica decided by its share, as the store did not answer.");
        _local.Add(0);
        if (options.QuotaRedis is null)
            return;
        scheduler.Telemetry.Meter.CreateObservableGauge("albertnative.quota.shared", () => _isUp ? 1 : 0, null, "Whether the replicas' store of quotas answers.");
        scheduler.Telemetry.Meter.CreateObservableGauge("albertnative.quota.replicas", () => _replicas, "{replica}", "Replicas that share the quotas.");
    }

    /// <summary>How long the store may take to answer; connecting to it, four times as long.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether the store answers.</summary>
    public bool IsUp => _isUp;

    /// <summary>The replicas that the store has last seen.</summary>
    public int Replicas => _replicas;

    /// <summary>Takes a request and its tokens from a client's quotas.</summary>
    /// <returns>What the store says; null where this process has to decide, or the client has no quotas.</returns>
    public async ValueTask<SharedQuota?> TakeAsync(ServingClient client, long tokens)
    {
        ClientOptions terms = client.Options;
        if (_options.QuotaRedis is null || (terms.RequestsPerMinute is null && terms.TokensPerMinute is null))
            return null;
        if (_isUp && _store is IDatabase store)
        {
            try
            {
                RedisResult answer = await store.ScriptEvaluateAsync(
                    QuotaScripts.Take, [KeyOf(client)], [terms.RequestsPerMinute ?? 0, terms.TokensPerMinute ?? 0, 1, tokens])
                    .WaitAsync(Patience, _time).ConfigureAwait(false);
                return Read(client, (long[])answer!);
            }
            catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
            {
                Down(e);
            }
        }
        client.QuotaShare = 1.0 / _replicas;
        _local.Add(1);
        return null;
    }

    /// <summary>Gives back what was taken for a request that was refused.</summary>
    public void Return(ServingClient client, long tokens)
    {
        if (!_isUp || _store is not IDatabase store)
            return;
        try
        {
            store.ScriptEvaluate(QuotaScripts.Return, [KeyOf(client)], [1, tokens], CommandFlags.FireAndForget);
        }
        catch (RedisException)
        {
            // The bucket refills by itself.
        }
    }

    /// <summary>What the store has said of a client whose quotas allow nothing yet, as of now; null where that is not known.</summary>
    public SharedQuota? StillUsedUp(ServingClient client)
    {
        if (!_isUp || !_usedUp.TryGetValue(client, out UsedUp? used))
            return null;
        TimeSpan passed = _time.GetElapsedTime(used.At);
        return passed < used.Said.Wait ? used.Said.After(passed) : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.QuotaRedis is null)
            return;
        ConfigurationOptions settings = ConfigurationOptions.Parse(_options.QuotaRedis);
        settings.Password = _options.QuotaRedisPassword;
        settings.ClientName = "albert-serve";
        settings.AbortOnConnectFail = false;
        settings.BacklogPolicy = BacklogPolicy.FailFast;
        settings.ConnectTimeout = settings.AsyncTimeout = settings.SyncTimeout = (int)(4 * Patience).TotalMilliseconds;
        settings.ReconnectRetryPolicy = new LinearRetry(500);
        settings.HeartbeatInterval = TimeSpan.FromSeconds(1);
        bool wasTried = false;
        try
        {
            ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(settings).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                _store = connection.GetDatabase();
                while (!stoppingToken.IsCancellationRequested)
                {
                    await AnnounceAsync(wasTried).ConfigureAwait(false);
                    wasTried = true;
                    await Task.Delay(AnnounceEvery, _time, stoppingToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server ends.
        }
        finally
        {
            _isUp = false;
        }
    }

    private async Task AnnounceAsync(bool wasTried)
    {
        try
        {
            RedisResult count = await _store!.ScriptEvaluateAsync(QuotaScripts.Announce, [(RedisKey)ReplicaSet], [_name, ForgottenAfterSeconds])
                .WaitAsync(Patience, _time).ConfigureAwait(false);
            _replicas = Math.Max(1, (int)count);
            if (_isUp)
                return;
            _isUp = true;
            LogUp(_logger, _replicas);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            Down(e, isFirst: !wasTried);
        }
    }

    // Said once: when it goes, or when it was not there from the first.
    private void Down(Exception cause, bool isFirst = false)
    {
        if (!_isUp && !isFirst)
            return;
        _isUp = false;
        LogDown(_logger, cause.GetType().Name, _replicas);
    }

    private SharedQuota Read(ServingClient client, long[] answer)
    {
        SharedQuota said = new(
            TimeSpan.FromMilliseconds(answer[0]), Status(client.Options.RequestsPerMinute, answer[1]), Status(client.Options.TokensPerMinute, answer[2]));
        if (said.Wait > TimeSpan.Zero && said.Requests is { Remaining: 0 })
            _usedUp.AddOrUpdate(client, new(said, _time.GetTimestamp()));
        return said;
    }

    private static QuotaStatus? Status(long? perMinute, long level) => perMinute is long most
        ? new(most, Math.Max(0, level), TimeSpan.FromSeconds((most - level) * 60.0 / most))
        : null;

    // A client's name is an operator's word; whoever has other quotas under the same name has another bucket.
    private static RedisKey KeyOf(ServingClient client) =>
        $"{BucketPrefix}{client.Name}:{client.Options.RequestsPerMinute ?? 0}:{client.Options.TokensPerMinute ?? 0}";

    /// <summary>What the store has said of a client that has nothing left, and when.</summary>
    private sealed record UsedUp(SharedQuota Said, long At);

    [LoggerMessage(LogLevel.Information, "quotas are shared by {Replicas} replicas")]
    private static partial void LogUp(ILogger logger, int replicas);

    [LoggerMessage(LogLevel.Warning, "the store of quotas does not answer ({Cause}): each of {Replicas} replicas lets clients have its share")]
    private static partial void LogDown(ILogger logger, string cause, int replicas);
}
