namespace AlbertNative.Serving;

/// <summary>The answer to a request.</summary>
/// <typeparam name="TResult">What its inputs become.</typeparam>
/// <param name="Results">One for each input, in the order of the inputs.</param>
/// <param name="Tokens">The tokens that were computed.</param>
/// <param name="QueueTime">How long the last of its inputs waited for its first layer.</param>
/// <param name="ComputeTime">From the first layer of the first input to the end of the last.</param>
public sealed record InferenceResults<TResult>(IReadOnlyList<TResult> Results, int Tokens, TimeSpan QueueTime, TimeSpan ComputeTime);
