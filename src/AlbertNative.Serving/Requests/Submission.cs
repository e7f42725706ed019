namespace AlbertNative.Serving;

/// <summary>What became of a request: it was refused, or is on its way.</summary>
/// <typeparam name="TResult">What its inputs become.</typeparam>
public readonly struct Submission<TResult>
{
    private readonly Task<InferenceResults<TResult>>? _completion;

    internal Submission(Refusal refusal) => Refusal = refusal;

    internal Submission(Task<InferenceResults<TResult>> completion) => _completion = completion;

    /// <summary>Why it was refused; null where it was admitted.</summary>
    public Refusal? Refusal { get; }

    /// <summary>
    /// The results of all inputs. Ends with <see cref="OperationCanceledException"/> where the client has gone,
    /// <see cref="DeadlineExceededException"/>, <see cref="SchedulerStoppedException"/>, or with what the engine threw.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public Task<InferenceResults<TResult>> Completion => _completion ?? throw new InvalidOperationException("the request was refused");
}
