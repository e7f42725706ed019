namespace AlbertNative.Serving;

/// <summary>What became of a request: it was refused, or is on its way.</summary>
/// <typeparam name="TResult">What its inputs become.</typeparam>
public readonly struct Submission<TResult>
{
    private readonly Task<InferenceResults<TResult>>? _completion;
    private readonly ScheduledRequest? _request;

    internal Submission(Refusal refusal) => Refusal = refusal;

    /// <param name="completion">Its end.</param>
    /// <param name="request">The request; null where it ended before it was let in.</param>
    internal Submission(Task<InferenceResults<TResult>> completion, ScheduledRequest? request = null) => (_completion, _request) = (completion, request);

    /// <summary>Why it was refused; null where it was admitted.</summary>
    public Refusal? Refusal { get; }

    /// <summary>
    /// The results of all inputs. Ends with <see cref="OperationCanceledException"/> where the client has gone,
    /// <see cref="DeadlineExceededException"/>, <see cref="SchedulerStoppedException"/>, or with what the engine threw.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public Task<InferenceResults<TResult>> Completion => _completion ?? throw new InvalidOperationException("the request was refused");

    /// <summary>Where it is, or was when it ended.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public RequestStage Stage => Refusal is null ? _request?.Stage ?? RequestStage.Queued : throw new InvalidOperationException("the request was refused");
}
