using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Model;

/// <summary>Calls that wait for a model, counted by the threads of the process's pool: so no other test may run meanwhile.</summary>
[Collection(AllocationTests.Alone)]
public sealed class WaitingCallTests
{
    [Fact]
    public async Task Asynchronous_calls_wait_without_a_thread()
    {
        using PreTrainedModel model = PreTrainedModel.Open(ShippedModels.Nano, new() { Threads = 2 });
        EncoderHead states = new(model);
        TokenBatch batch = new();
        batch.Add(TinyModel.Sequence(new Random(1), 60).Ids);
        EncoderOutput[] outputs = [.. Enumerable.Range(0, 200).Select(_ => new EncoderOutput())];
        int threads = ThreadPool.ThreadCount;
        Task[] calls = Array.ConvertAll(
            outputs, output => states.ForwardAsync(batch, output, cancellationToken: TestContext.Current.CancellationToken).AsTask());
        await Task.WhenAll(calls);
        // Blocked threads would make the pool grow by one for nearly every call.
        Assert.InRange(ThreadPool.ThreadCount, 0, threads + 50);
        Assert.All(outputs, output => Assert.Equal(outputs[0].LastHiddenState[59].ToArray(), output.LastHiddenState[59].ToArray()));
    }
}
