using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Inference;

/// <summary>What computes encoded inputs of all requests.</summary>
internal interface IInference
{
    /// <summary>The results of a request's inputs, in their order.</summary>
    /// <exception cref="RequestException">There is no room for the work, or no time.</exception>
    /// <exception cref="OperationCanceledException">The client has gone, or the request's time is over.</exception>
    Task<IReadOnlyList<TResult>> RunAsync<TInput, TResult>(
        ServerRequest request, ServedModel model, TaskOperation<TInput, TResult> operation, IReadOnlyList<EncodedInput<TInput>> inputs);
}
