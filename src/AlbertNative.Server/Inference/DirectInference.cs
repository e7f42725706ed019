using System.Diagnostics;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Inference;

/// <summary>Lets each request go through its model in passes of a few tokens; the model's own queue keeps the order.</summary>
internal sealed class DirectInference : IInference
{
    /// <summary>About the tokens of a pass: more gain nothing on a processor, and make others wait.</summary>
    private const int StepTokens = 256;

    public async Task<IReadOnlyList<TResult>> RunAsync<TInput, TResult>(
        ServerRequest request, ServedModel model, TaskOperation<TInput, TResult> operation, IReadOnlyList<EncodedInput<TInput>> inputs)
    {
        long started = Stopwatch.GetTimestamp();
        TResult[] results = new TResult[inputs.Count];
        for (int first = 0; first < inputs.Count;)
        {
            int count = PassFrom(inputs, first);
            using ComputedInputs<TResult> computed = await operation
                .ComputeAsync([.. inputs.Skip(first).Take(count)], request.Cancellation).ConfigureAwait(false);
            for (int i = 0; i < count; i++)
                results[first + i] = computed.Finish(i);
            first += count;
        }
        request.Timings.Inference += Stopwatch.GetElapsedTime(started);
        return results;
    }

    private static int PassFrom<TInput>(IReadOnlyList<EncodedInput<TInput>> inputs, int first)
    {
        int tokens = inputs[first].TokenCount, count = 1;
        while (first + count < inputs.Count && (tokens += inputs[first + count].TokenCount) <= StepTokens)
            count++;
        return count;
    }
}
