using AlbertNative.Extensions.AI;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Extensions;

/// <summary>Who runs, who waits, and who is refused.</summary>
public sealed class AlbertRunnerTests : IDisposable
{
    private readonly MaskFiller _filler = MaskFiller.Load(ShippedModels.Nano);

    public void Dispose() => _filler.Dispose();

    [Fact]
    public async Task No_more_calls_run_at_once_than_allowed()
    {
        using AlbertRunner<MaskFiller> runner = new(_filler, "nano", maxConcurrentCalls: 2);
        int running = 0, most = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => runner.RunAsync(
            (filler, cancellationToken) =>
            {
                int now = Interlocked.Increment(ref running);
                lock (runner)
                    most = Math.Max(most, now);
                filler.Fill("The king of [MASK].", cancellationToken: cancellationToken);
                return Interlocked.Decrement(ref running);
            },
            TestContext.Current.CancellationToken)));
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task A_caller_that_waits_can_give_up_and_holds_no_place()
    {
        using AlbertRunner<MaskFiller> runner = new(_filler, "nano", maxConcurrentCalls: 1);
        using ManualResetEventSlim finish = new();
        Task<int> first = runner.RunAsync((_, _) => { finish.Wait(TestContext.Current.CancellationToken); return 1; }, TestContext.Current.CancellationToken);

        using CancellationTokenSource giveUp = new();
        Task<int> second = runner.RunAsync((_, _) => 2, giveUp.Token);
        Assert.False(second.IsCompleted);
        await giveUp.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(giveUp.Token, cancelled.CancellationToken);

        finish.Set();
        Assert.Equal(1, await first);
        Assert.Equal(3, await runner.RunAsync((_, _) => 3, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_disposed_queue_lets_running_calls_finish_and_refuses_the_others()
    {
        AlbertRunner<MaskFiller> runner = new(_filler, "nano", maxConcurrentCalls: 1);
        using ManualResetEventSlim finish = new();
        Task<int> running = runner.RunAsync((_, _) => { finish.Wait(TestContext.Current.CancellationToken); return 1; }, TestContext.Current.CancellationToken);
        Task<int> waiting = runner.RunAsync((_, _) => 2, TestContext.Current.CancellationToken);
        runner.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => runner.RunAsync((_, _) => 3, TestContext.Current.CancellationToken));
        finish.Set();
        Assert.Equal(1, await running);
    }

    [Fact]
    public async Task A_call_that_fails_gives_its_place_back()
    {
        using AlbertRunner<MaskFiller> runner = new(_filler, "nano", maxConcurrentCalls: 1);
        for (int i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => runner.RunAsync(
                (filler, cancellationToken) => filler.Fill("nothing to fill", cancellationToken: cancellationToken), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void A_queue_in_which_nobody_may_run_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AlbertRunner<MaskFiller>(_filler, "nano", maxConcurrentCalls: 0));
}
