using System.Diagnostics;
using AlbertNative.Extensions.AI;
using AlbertNative.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlbertNative.Tests.Extensions;

/// <summary>Warm-ups beside the start, and the health that is reported of them.</summary>
public sealed class WarmUpTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_model_that_is_warmed_up_is_healthy_only_then()
    {
        LogCollector log = new();
        using IHost host = Build(services => services.AddAlbert(o => { o.ModelPath = ShippedModels.Nano; o.WarmUp<MaskFiller>(); o.WarmUp<TextEmbedder>(); }), log);
        HealthReportEntry before = await Check(host);
        Assert.Equal((HealthStatus.Unhealthy, "albert-nano: is being warmed up"), (before.Status, before.Description));
        await host.StartAsync(TestContext.Current.CancellationToken);
        await Until(async () => (await Check(host)).Status == HealthStatus.Healthy);
        Assert.Equal("open", (await Check(host)).Data["albert-nano"]);
        // It says so behind it.
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Single(log.Lines, line => line.StartsWith("Information: Opened ", StringComparison.Ordinal));
        Assert.Single(log.Lines, line => line.StartsWith("Information: Warmed up ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_task_has_something_that_it_runs_once()
    {
        // Of these two files each task that they have a head for.
        using IHost host = Build(services => services
            .AddAlbert(o =>
            {
                o.ModelPath = ShippedModels.Nano;
                o.WarmUp<MaskFiller>().WarmUp<TextEmbedder>().WarmUp<SentenceOrderPredictor>();
            })
            .AddAlbert("tagger", o => { o.ModelPath = ShippedModels.Tagger; o.WarmUp<TokenClassifier>(); }));
        int fills = 0;
        host.Services.GetRequiredService<MaskFiller>().BatchCompleted += _ => Interlocked.Increment(ref fills);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await Until(async () => (await Check(host)).Status == HealthStatus.Healthy);
        Assert.Equal(1, fills);
    }

    [Fact]
    public async Task The_start_does_not_wait_for_the_warm_up_and_calls_wait_without_a_thread()
    {
        using ManualResetEventSlim goOn = new();
        using AlbertRunner<MaskFiller> runner = new(
            () => { goOn.Wait(TestContext.Current.CancellationToken); return MaskFiller.Load(ShippedModels.Nano); },
            "nano", maxConcurrentCalls: 1, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, filler => filler.Fill("[MASK]"));
        Task warm = runner.WarmUpAsync(TestContext.Current.CancellationToken);
        Task<int>[] calls = [.. Enumerable.Range(0, 64).Select(_ => runner.RunAsync(
            (filler, stop) => filler.Fill("The king of [MASK].", cancellationToken: stop).Count, TestContext.Current.CancellationToken))];
        using CancellationTokenSource giveUp = new();
        Task<int> impatient = runner.RunAsync((_, _) => 0, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        // None of those that wait keeps another from a thread.
        Assert.True(await Task.Run(() => true).WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.False(warm.IsCompleted);
        Assert.DoesNotContain(calls, call => call.IsCompleted);
        goOn.Set();
        Assert.All(await Task.WhenAll(calls), count => Assert.Equal(1, count));
        Assert.True(warm.IsCompletedSuccessfully);
        runner.Task.Dispose();
    }

    [Fact]
    public async Task A_warm_up_that_fails_is_tried_again_and_the_host_goes_on()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");
        await File.WriteAllTextAsync(path, "no model", TestContext.Current.CancellationToken);
        LogCollector log = new();
        using IHost host = Build(services => services.AddAlbert(o => { o.ModelPath = path; o.ModelId = "mine"; o.WarmUp<MaskFiller>(); }), log);
        try
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            await Until(async () => (await Check(host)).Exception is not null);
            HealthReportEntry failed = await Check(host);
            Assert.Equal(HealthStatus.Unhealthy, failed.Status);
            Assert.Contains(path, failed.Description, StringComparison.Ordinal);
            var runner = host.Services.GetRequiredService<AlbertRunner<MaskFiller>>();
            await Assert.ThrowsAnyAsync<FormatException>(() => runner.RunAsync((_, _) => 0, TestContext.Current.CancellationToken));

            File.Copy(ShippedModels.Nano, path + ".new");
            File.Move(path + ".new", path, overwrite: true);
            await Until(async () => (await Check(host)).Status == HealthStatus.Healthy);
            Assert.Equal(0, await runner.RunAsync((_, _) => 0, TestContext.Current.CancellationToken));
            Assert.Contains(log.Lines, line => line.Contains("cannot be warmed up", StringComparison.Ordinal));
            await host.StopAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Health_is_of_all_models_or_of_one_and_opens_none()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using ServiceProvider services = new ServiceCollection().AddLogging()
            .AddAlbert(o => o.ModelPath = ShippedModels.Nano)
            .AddAlbert("gone", o => o.ModelPath = path)
            .AddHealthChecks()
            .AddAlbert()
            .AddAlbert("gone", name: "one", failureStatus: HealthStatus.Degraded, tags: ["slow"])
            .AddAlbert("never", name: "never")
            .Services.BuildServiceProvider();
        HealthReport report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        HealthReportEntry all = report.Entries["albert"];
        Assert.Equal(HealthStatus.Unhealthy, all.Status);
        Assert.Equal("opened when it is first used", all.Data["albert-nano"]);
        Assert.Contains(path, (string)all.Data["gone"], StringComparison.Ordinal);
        Assert.IsType<FileNotFoundException>(all.Exception);
        Assert.Equal(HealthStatus.Degraded, report.Entries["one"].Status);
        Assert.Contains("slow", report.Entries["one"].Tags);
        Assert.Contains("'never'", report.Entries["never"].Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_stops_does_not_wait_for_a_model_that_cannot_be_warmed_up()
    {
        string path = Path.GetTempFileName();
        using IHost host = Build(services => services.AddAlbert(o => { o.ModelPath = path; o.WarmUp<MaskFiller>(); }));
        await host.StartAsync(TestContext.Current.CancellationToken);
        await Until(async () => (await Check(host)).Exception is not null);
        await host.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        File.Delete(path);
    }

    private static IHost Build(Action<IServiceCollection> add, ILoggerFactory? log = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        add(builder.Services);
        builder.Services.AddHealthChecks().AddAlbert();
        if (log is not null)
            builder.Services.AddSingleton(log);
        return builder.Build();
    }

    private static async Task<HealthReportEntry> Check(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["albert"];

    private static async Task Until(Func<Task<bool>> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
