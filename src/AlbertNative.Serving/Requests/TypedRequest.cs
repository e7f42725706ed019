using AlbertNative.Model;

namespace AlbertNative.Serving;

/// <summary>A request for one operation of a task.</summary>
internal sealed class TypedRequest<TInput, TResult>(
    TaskOperation<TInput, TResult> operation, IReadOnlyList<EncodedInput<TInput>> inputs, TimeProvider time) : ScheduledRequest
{
    // Whoever waits goes on where the last result was finished, on a thread of the pool; see Fail.
    private readonly TaskCompletionSource<InferenceResults<TResult>> _completion = new();
    private readonly TResult[] _results = new TResult[inputs.Count];

    public Task<InferenceResults<TResult>> Completion => _completion.Task;

    public override int InputCount => inputs.Count;

    public override int SequenceCountOf(int input) => inputs[input].SequenceCount;

    public override int LengthOf(int input, int sequence) => inputs[input].LengthOf(sequence);

    public override void Succeed(long ended) => _completion.TrySetResult(new(
        _results, Tokens, time.GetElapsedTime(Admitted, LastTaken), time.GetElapsedTime(FirstTaken, ended)));

    /// <remarks>Whoever waits goes on elsewhere: a worker, the clock or a cancelling connection has other things to do.</remarks>
    public override void Fail(Exception failure) => ThreadPool.UnsafeQueueUserWorkItem(
        static work =>
        {
            if (work.Failure is OperationCanceledException cancelled)
                work.Completion.TrySetCanceled(cancelled.CancellationToken);
            else
                work.Completion.TrySetException(work.Failure);
        },
        (Completion: _completion, Failure: failure), preferLocal: false);

    protected override ScheduledInput CreateInput(int index) => new TypedInput(this, index);

    private sealed class TypedInput(TypedRequest<TInput, TResult> request, int index) : ScheduledInput(request, index)
    {
        private readonly TypedRequest<TInput, TResult> _request = request;
        private PreparedInputs<TResult>? _prepared;

        public override PreparedCall? Call => _prepared?.Call;

        public override void Prepare()
        {
            if (_prepared is null)
                _prepared = _request.Operation.Prepare([_request.Inputs[Index]]);
            else
                _prepared.Call.Restart();
        }

        public override void Finish()
        {
            try
            {
                _request._results[Index] = _prepared!.Results.Finish(0);
            }
            finally
            {
                Abandon();
            }
        }

        public override void Abandon() => Interlocked.Exchange(ref _prepared, null)?.Dispose();
    }

    private TaskOperation<TInput, TResult> Operation => operation;

    private IReadOnlyList<EncodedInput<TInput>> Inputs => inputs;
}
