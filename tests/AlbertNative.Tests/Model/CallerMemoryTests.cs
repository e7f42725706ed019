using System.Runtime.CompilerServices;
using AlbertNative.Model;

namespace AlbertNative.Tests.Model;

/// <summary>A model outlives its callers: what they gave to a call is theirs alone once it is over.</summary>
public sealed class CallerMemoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task After_a_call_nothing_of_the_callers_is_kept(int threads)
    {
        using PreTrainedModel model = PreTrainedModel.Create(
            TinyModel.Config, TinyModel.Weights(ModelArchitecture.PreTraining), new ModelOptions { Threads = threads });
        EncoderHead states = new(model);
        MaskedLMHead words = new(model);
        List<(string What, WeakReference Reference)> given = [];
        Call(states, hiddenStates: true, given);
        Call(words, hiddenStates: false, given);
        await CallAsync(states, given);
        await CallAsync(words, given);
        CallAndCancel(states, given);
        for (int attempt = 0; attempt < 20 && given.Exists(thing => thing.Reference.IsAlive); attempt++)
        {
            await Task.Yield();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.All(given, thing => Assert.False(thing.Reference.IsAlive, thing.What));
        GC.KeepAlive(states);
        GC.KeepAlive(words);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Call<TOutput>(Head<TOutput> head, bool hiddenStates, List<(string What, WeakReference Reference)> given)
        where TOutput : ModelOutput, new()
    {
        (TokenBatch batch, TOutput output, CancellationTokenSource stop) = (Batch(), new(), new());
        Add(given, head, "synchronous", batch, output, stop);
        head.Forward(batch, output, hiddenStates, stop.Token);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task CallAsync<TOutput>(Head<TOutput> head, List<(string What, WeakReference Reference)> given)
        where TOutput : ModelOutput, new()
    {
        (TokenBatch batch, TOutput output, CancellationTokenSource stop) = (Batch(), new(), new());
        // What the caller has on its stack, which its continuation holds.
        object own = new();
        Add(given, head, "asynchronous", batch, output, stop);
        given.Add(($"asynchronous {typeof(TOutput).Name}: the continuation", new WeakReference(own)));
        await head.ForwardAsync(batch, output, cancellationToken: stop.Token);
        GC.KeepAlive(own);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CallAndCancel(EncoderHead head, List<(string What, WeakReference Reference)> given)
    {
        (TokenBatch batch, EncoderOutput output, CancellationTokenSource stop) = (Batch(), new(), new());
        Add(given, head, "cancelled", batch, output, stop);
        stop.Cancel();
        Exception failure = Assert.Throws<OperationCanceledException>(() => head.Forward(batch, output, cancellationToken: stop.Token));
        given.Add(("the failure", new WeakReference(failure)));
    }

    private static void Add<TOutput>(
        List<(string What, WeakReference Reference)> given, Head<TOutput> head, string call, params object[] things)
        where TOutput : ModelOutput, new()
    {
        foreach (object thing in things)
            given.Add(($"{call} {head.GetType().Name}: {thing.GetType().Name}", new WeakReference(thing)));
    }

    private static TokenBatch Batch()
    {
        TokenBatch batch = new();
        (int[] ids, int[] types) = TinyModel.Sequence(new Random(7), 9);
        batch.Add(ids, types);
        return batch;
    }
}
