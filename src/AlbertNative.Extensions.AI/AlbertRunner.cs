using System.Diagnostics;
using AlbertNative.Extensions.AI.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlbertNative.Extensions.AI;

/// <summary>
/// Runs a task for asynchronous callers such as a web server's requests: calls run on the thread pool, at most so many
/// at once, the others waiting in a queue; each is logged, measured and traced. Thread-safe. The task stays its owner's.
/// </summary>
/// <typeparam name="TTask">The task.</typeparam>
public sealed class AlbertRunner<TTask> : IDisposable
    where TTask : TextTask
{
    private readonly Func<TTask> _load;
    private readonly Action<TTask>? _runOnce;
    private readonly Lock _loadingOnce = new();
    private readonly SemaphoreSlim _places;
    private readonly Operation _operation;
    private readonly CancellationTokenSource _closing = new();
    private TTask? _task;
    private Task<TTask>? _loading;

    /// <summary>Makes a runner of a task that is loaded already.</summary>
    /// <param name="task">The task; the caller disposes it after the runner.</param>
    /// <param name="modelId">The model's name in logs, metrics and traces.</param>
    /// <param name="maxConcurrentCalls">How many calls run at once; null for the number of processors.</param>
    /// <param name="logger">Hears of calls and failures.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxConcurrentCalls"/> is below 1.</exception>
    public AlbertRunner(TTask task, string modelId, int? maxConcurrentCalls = null, ILogger? logger = null)
        : this(() => task, modelId, maxConcurrentCalls, logger ?? NullLogger.Instance)
    {
        ArgumentNullException.ThrowIfNull(task);
        CallUsage.CountBatchesOf(task);
        _loading = System.Threading.Tasks.Task.FromResult(task);
    }

    /// <summary>Makes a runner of a task that is loaded, with its batches counted, when it is first called.</summary>
    /// <param name="load">Loads it.</param>
    /// <param name="modelId">The model's name in logs, metrics and traces.</param>
    /// <param name="maxConcurrentCalls">How many calls run at once; null for the number of processors.</param>
    /// <param name="logger">Hears of calls and failures.</param>
    /// <param name="runOnce">What a warm-up runs.</param>
    internal AlbertRunner(Func<TTask> load, string modelId, int? maxConcurrentCalls, ILogger logger, Action<TTask>? runOnce = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelId);
        int places = maxConcurrentCalls ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(places, 1, nameof(maxConcurrentCalls));
        (_load, _runOnce) = (load, runOnce);
        _places = new(places);
        _operation = new(TaskDescription.Of(typeof(TTask)).TelemetryName, modelId, logger);
    }

    /// <summary>The model's name in logs, metrics and traces.</summary>
    public string ModelId => _operation.ModelId;

    /// <summary>The task itself, past the queue; loads it if need be.</summary>
    /// <exception cref="FormatException">The model cannot be loaded.</exception>
    /// <exception cref="IOException">The model cannot be read.</exception>
    // The container gives every thread the same task, and does not remember a failed load: the file may be there next time.
    public TTask Task => _task ??= _load();

    /// <summary>Calls the task when its turn comes.</summary>
    /// <param name="call">
    /// Uses the task and returns a finished result. What it returns lazily would be computed outside the queue: list
    /// it, as in <c>(filler, stop) => filler.Fill(texts, null, stop).ToList()</c>.
    /// </param>
    /// <param name="cancellationToken">Gives up the place in the queue, or stops the call.</param>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The runner or the task was disposed.</exception>
    /// <exception cref="FormatException">The model cannot be loaded.</exception>
    /// <exception cref="IOException">The model cannot be read.</exception>
    public async Task<TResult> RunAsync<TResult>(
        Func<TTask, CancellationToken, TResult> call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        CallUsage usage = new();
        return await RunAsync(call, usage, activity: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same, with what the call took counted for the caller, and its trace told more.</summary>
    internal async Task<TResult> RunAsync<TResult>(
        Func<TTask, CancellationToken, TResult> call,
        CallUsage usage,
        Action<Activity, TResult>? activity,
        CancellationToken cancellationToken)
    {
        using OperationCall observed = _operation.Start(usage);
        try
        {
            TTask task = await WaitAsync(cancellationToken).ConfigureAwait(false);
            TResult result;
            try
            {
                observed.Running();
                result = await System.Threading.Tasks.Task.Run(() => usage.During(() => call(task, cancellationToken)), cancellationToken)
                    .ConfigureAwait(false);
            }
            finally
            {
                _places.Release();
            }
            if (observed.Activity is { } trace)
                activity?.Invoke(trace, result);
            return result;
        }
        catch (Exception e)
        {
            observed.Fail(e);
            throw;
        }
    }

    /// <summary>Loads the task and runs it once, unless that has been done or a call has loaded it.</summary>
    internal Task WarmUpAsync(CancellationToken cancellationToken) => LoadAsync(runs: true).WaitAsync(cancellationToken);

    /// <summary>Refuses further calls and those that wait; those that run finish. The task is not disposed here.</summary>
    // The semaphore is left to the garbage collector: calls that still run give their places back.
    public void Dispose() => _closing.Cancel();

    /// <summary>The task, which one thread loads while any number of calls wait for it.</summary>
    private Task<TTask> LoadAsync(bool runs)
    {
        lock (_loadingOnce)
        {
            if (_loading is null or { IsFaulted: true })
                _loading = System.Threading.Tasks.Task.Run(() => Load(runs));
            return _loading;
        }
    }

    private TTask Load(bool runs)
    {
        TTask task = Task;
        if (runs)
            _runOnce?.Invoke(task);
        return task;
    }

    /// <summary>Waits for the task to be loaded and for a place.</summary>
    private async Task<TTask> WaitAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, cancellationToken);
        _operation.QueueChanged(+1);
        try
        {
            TTask task = await LoadAsync(runs: false).WaitAsync(giveUp.Token).ConfigureAwait(false);
            await _places.WaitAsync(giveUp.Token).ConfigureAwait(false);
            // A place may come free at the moment of the disposal.
            if (_closing.IsCancellationRequested)
            {
                _places.Release();
                throw new ObjectDisposedException(GetType().FullName);
            }
            return task;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(GetType().FullName);
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            _operation.QueueChanged(-1);
        }
    }
}
