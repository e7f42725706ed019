using System.Diagnostics;

namespace AlbertNative.Serving;

/// <summary>
/// Takes the requests of all clients through all models, on its own threads: fair by client, short ones not behind long ones,
/// without padding and without waiting for company. What a request gets does not depend on what else goes on. One a process.
/// </summary>
public sealed class InferenceScheduler : IAsyncDisposable
{
    private readonly WorkQueue _queue;
    private readonly Admission _admission;
    private readonly List<Thread> _threads = [];
    private int _disposed;

    /// <summary>Starts the workers.</summary>
    /// <param name="options">What can be chosen; null for the defaults.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; names it.</exception>
    public InferenceScheduler(SchedulerOptions? options = null, TimeProvider? time = null)
        : this(options ?? new SchedulerOptions(), time ?? TimeProvider.System, isDriven: false)
    {
    }

    private InferenceScheduler(SchedulerOptions options, TimeProvider time, bool isDriven)
    {
        options.Validate();
        Options = options;
        Time = time;
        Telemetry = new ServingTelemetry();
        _queue = new WorkQueue(options, time, Telemetry, finishesInline: isDriven);
        _admission = new Admission(_queue);
        Telemetry.Observe(_queue, () => Load.WaitSeconds);
        for (int i = 0; i < (isDriven ? 0 : options.WorkerCount); i++)
        {
            Worker worker = new(_queue, i, options.ThreadCount);
            Thread thread = new(worker.Run) { IsBackground = true, Name = $"AlbertNative worker {i}" };
            thread.Start();
            _threads.Add(thread);
        }
    }

    /// <summary>What was chosen.</summary>
    public SchedulerOptions Options { get; }

    /// <summary>What can be observed.</summary>
    public ServingTelemetry Telemetry { get; }

    /// <summary>What waits and is computed.</summary>
    public SchedulerLoad Load
    {
        get
        {
            lock (_queue.Gate)
            {
                int running = 0;
                long tokens = 0;
                foreach (WorkStream stream in _queue.Streams)
                {
                    running += stream.Running;
                    tokens += stream.Tokens;
                }
                return new(_admission.WaitSeconds, _queue.Requests, running, tokens, _queue.Bytes);
            }
        }
    }

    internal TimeProvider Time { get; }

    internal WorkQueue Queue => _queue;

    /// <summary>A scheduler without threads: whoever has it lets a <see cref="Worker"/> step.</summary>
    internal static InferenceScheduler CreateDriven(SchedulerOptions options, TimeProvider time) => new(options, time, isDriven: true);

    /// <summary>
    /// Why a request of a client would be refused whatever it asks for, before anything of it is read; null where it might be
    /// admitted. Holds nothing.
    /// </summary>
    /// <param name="client">Whose it would be.</param>
    /// <param name="isPaid">Whether its quotas are kept elsewhere.</param>
    public Refusal? Preview(ServingClient client, bool isPaid = false)
    {
        ArgumentNullException.ThrowIfNull(client);
        Refusal? refusal;
        lock (_queue.Gate)
            refusal = _admission.Preview(client, isPaid);
        return Counted(refusal);
    }

    /// <summary>Takes a request and its tokens from a client's quotas, for what no model computes: tokenizing, decoding.</summary>
    /// <param name="client">Whose.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="isPaid">Whether its quotas were taken elsewhere.</param>
    /// <returns>Why it is refused; null where it is not, and only then anything was taken.</returns>
    public Refusal? Charge(ServingClient client, long tokens, bool isPaid = false)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        Refusal? refusal;
        lock (_queue.Gate)
            refusal = _admission.Charge(client, tokens, isPaid);
        return Counted(refusal);
    }

    /// <summary>Admits a request as a whole, or refuses it, which costs next to nothing.</summary>
    /// <param name="model">The model, held by the caller (<see cref="ModelLease"/>).</param>
    /// <param name="operation">What is asked, of a task of that model.</param>
    /// <param name="inputs">The encoded inputs; at least one.</param>
    /// <param name="terms">Whose it is, and how it is to be treated.</param>
    /// <param name="cancellationToken">Says that the client has gone.</param>
    /// <exception cref="ArgumentException">There is no input.</exception>
    /// <exception cref="ObjectDisposedException">The model was replaced or unloaded, and nobody holds it.</exception>
    public Submission<TResult> Submit<TInput, TResult>(
        ServedModel model, TaskOperation<TInput, TResult> operation, IReadOnlyList<EncodedInput<TInput>> inputs,
        RequestTerms terms, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(inputs);
        ModelLease lease = model.Hold();
        bool isAdmitted = false;
        try
        {
            Submission<TResult> submission = Submit(model.Work, operation, inputs, terms, lease.Dispose, cancellationToken);
            isAdmitted = submission.Refusal is null;
            return submission;
        }
        finally
        {
            if (!isAdmitted)
                lease.Dispose();
        }
    }

    /// <summary>True where there is work, and no worker has finished a step of it for so long: not load, but a fault.</summary>
    public bool IsStalled(TimeSpan limit)
    {
        lock (_queue.Gate)
            return _queue.Requests > 0 && Time.GetElapsedTime(_queue.LastStep) > limit;
    }

    /// <summary>Lets no more requests in; those that are in go on.</summary>
    public void BeginDrain()
    {
        lock (_queue.Gate)
            _admission.IsDraining = true;
    }

    /// <summary>
    /// Lets no more requests in, and waits until those that are in have ended. What is left after a time ends with
    /// <see cref="SchedulerStoppedException"/>.
    /// </summary>
    /// <returns>True where none was left.</returns>
    public async Task<bool> DrainAsync(TimeSpan timeout)
    {
        BeginDrain();
        Task empty;
        lock (_queue.Gate)
        {
            if (_queue.Requests == 0)
                return true;
            _queue.Empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            empty = _queue.Empty.Task;
        }
        try
        {
            await empty.WaitAsync(timeout, Time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            _queue.EndAll(static () => new SchedulerStoppedException());
            return false;
        }
    }

    /// <summary>Ends all requests that are left, and then the workers.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        BeginDrain();
        await _queue.StopAlarmAsync().ConfigureAwait(false);
        _queue.EndAll(static () => new SchedulerStoppedException());
        _queue.Stop();
        await Task.Run(() => _threads.ForEach(thread => thread.Join())).ConfigureAwait(false);
        _queue.SharedTeam?.Dispose();
        Telemetry.Dispose();
    }

    internal Submission<TResult> Submit<TInput, TResult>(
        ModelWork work, TaskOperation<TInput, TResult> operation, IReadOnlyList<EncodedInput<TInput>> inputs,
        RequestTerms terms, Action? release, CancellationToken cancellationToken)
    {
        // Who has gone before is not let in: a worker may have computed it before anybody tells that there is nobody to wait for it.
        if (cancellationToken.IsCancellationRequested)
        {
            Telemetry.Cancelled(RequestStage.Queued);
            release?.Invoke();
            return new Submission<TResult>(Task.FromCanceled<InferenceResults<TResult>>(cancellationToken));
        }
        RequestSize size = RequestSize.Of(inputs, work);
        TypedRequest<TInput, TResult>? request = null;
        Refusal? refusal = Admit(work, size, terms, (stream, held, deadline) => request = new(operation, inputs, Time)
        {
            Client = terms.Client,
            Stream = stream,
            Admitted = Time.GetTimestamp(),
            Deadline = deadline,
            Cost = size.Cost,
            Tokens = size.Tokens,
            Bytes = size.Bytes,
            Held = held,
            Trace = RequestTrace.Of(Activity.Current),
            Release = release,
        });
        if (refusal is not null)
            return new Submission<TResult>(refusal);
        Watch(request!, cancellationToken);
        return new Submission<TResult>(request!.Completion, request);
    }

    /// <summary>Decides about a request, and takes it in.</summary>
    internal Refusal? Admit(ModelWork work, RequestSize size, RequestTerms terms, Func<WorkStream, long, long, ScheduledRequest> create)
    {
        ArgumentNullException.ThrowIfNull(terms.Client, nameof(terms));
        TimeSpan timeout = terms.Timeout is TimeSpan wanted && wanted < Options.RequestTimeout ? wanted : Options.RequestTimeout;
        WorkStream stream = StreamOf(work, size, terms);
        Refusal? refusal;
        lock (_queue.Gate)
        {
            refusal = _admission.Decide(
                terms.Client, stream, size.Cost, size.Tokens, size.Bytes, timeout.TotalSeconds, terms.IsPaid, out double seconds, out double beyond);
            if (refusal is null)
            {
                long deadline = Time.GetTimestamp() + (long)(timeout.TotalSeconds * Time.TimestampFrequency);
                ScheduledRequest request = create(stream, Math.Max(1, (long)(seconds * TimeSpan.TicksPerSecond)), deadline);
                request.Beyond = (long)(beyond * TimeSpan.TicksPerSecond);
                _queue.Enter(request);
            }
        }
        return Counted(refusal);
    }

    /// <summary>Ends a request when its client goes.</summary>
    internal void Watch(ScheduledRequest request, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
            return;
        // May call back at once, so that it is not done under the gate.
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((CancelState)state!).Cancel(token), new CancelState(_queue, request));
        lock (_queue.Gate)
        {
            if (!request.IsOver)
            {
                request.Cancellation = registration;
                return;
            }
        }
        registration.Unregister();
    }

    private WorkStream StreamOf(ModelWork work, RequestSize size, RequestTerms terms)
    {
        RequestPriority priority = terms.Client.Options.Priority;
        if (terms.Priority is RequestPriority wanted && wanted > priority)
            priority = wanted;
        bool isShort = size.Longest <= Options.ExpressTokens && size.Tokens <= 4 * Options.ExpressTokens;
        bool isExpress = priority == RequestPriority.Express || (priority == RequestPriority.Normal && isShort);
        return isExpress ? work.Express : work.Bulk;
    }

    private Refusal? Counted(Refusal? refusal)
    {
        if (refusal is not null)
            Telemetry.Rejected(refusal.Reason);
        return refusal;
    }

    private sealed record CancelState(WorkQueue Queue, ScheduledRequest Request)
    {
        public void Cancel(CancellationToken token) => Queue.Cancel(Request, token);
    }
}
