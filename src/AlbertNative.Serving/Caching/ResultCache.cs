using System.Diagnostics.Metrics;

namespace AlbertNative.Serving;

/// <summary>
/// Spares what has been computed, or is being: a result is decided by the version of the model, the operation and the ids, bit
/// for bit, so that nobody can tell one that was kept from one that was computed. Identical inputs that wait at a time are
/// computed once, whether or not results are kept. Thread-safe.
/// </summary>
public sealed class ResultCache
{
    private readonly ServingTelemetry _telemetry;
    private readonly bool _isShared;
    private readonly ResultStore? _store;
    private readonly Lock _gate = new();
    private readonly Dictionary<ResultKey, Flight> _flights = [];
    private readonly Counter<long> _evictions;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="telemetry">Told what happens.</param>
    /// <param name="capacity">The most bytes of results that are kept; 0 for none.</param>
    /// <param name="isShared">
    /// Whether clients get what was kept for others. How fast an answer comes then tells them that another has asked the same.
    /// </param>
    public ResultCache(ServingTelemetry telemetry, long capacity, bool isShared = false)
    {
        ArgumentNullException.ThrowIfNull(telemetry);
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _telemetry = telemetry;
        _isShared = isShared;
        _store = capacity > 0 ? new ResultStore(capacity) : null;
        _evictions = telemetry.Meter.CreateCounter<long>("albertnative.cache.evictions", "{result}", "Results that had to make room.");
        telemetry.Meter.CreateObservableGauge("albertnative.cache.bytes", () => Bytes, "By", "Bytes of the results that are kept.");
        _evictions.Add(0);
    }

    /// <summary>Whether results are kept.</summary>
    public bool IsOn => _store is not null;

    /// <summary>The bytes of the results that are kept.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _store?.Bytes ?? 0;
        }
    }

    /// <summary>The results of inputs, of which only those are computed that are neither there nor on their way.</summary>
    /// <param name="model">The version of the model, held by the caller.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="operation">What is asked.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="compute">Computes inputs of the request: called for what is left, or not at all.</param>
    /// <param name="cancellationToken">The client has gone, or its time is over.</param>
    public async Task<CachedResults<TResult>> RunAsync<TInput, TResult>(
        ServedModel model, ServingClient client, TaskOperation<TInput, TResult> operation, IReadOnlyList<EncodedInput<TInput>> inputs,
        Func<IReadOnlyList<EncodedInput<TInput>>, Task<IReadOnlyList<TResult>>> compute, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(compute);
        if (operation.ResultKey is not string key || !ResultSize.IsKnown(typeof(TResult)))
            return new(await compute(inputs).ConfigureAwait(false), 0, inputs.Count, inputs.Count);

        Round<TInput, TResult> round = new(this, model, _isShared ? 0 : client.Number, key, inputs);
        while (round.Divide())
        {
            if (round.Own.Count > 0)
                await round.ComputeAsync(compute).ConfigureAwait(false);
            await round.FollowAsync(cancellationToken).ConfigureAwait(false);
        }
        _telemetry.Looked(model.Name, round.Hits, inputs.Count - round.Hits);
        if (round.SparedTokens > 0)
            _telemetry.Spared(model.Name, "cached", round.SparedTokens);
        if (round.FollowedTokens > 0)
            _telemetry.Spared(model.Name, "coalesced", round.FollowedTokens);
        return new(round.Results, round.Hits, inputs.Count - round.Hits, round.Computed);
    }

    private void Land(Flight flight, object? result)
    {
        int evicted = 0;
        lock (_gate)
        {
            _flights.Remove(flight.Key);
            if (result is not null && _store is not null)
                evicted = _store.Put(flight.Key, result, ResultSize.Of(result));
        }
        if (evicted > 0)
            _evictions.Add(evicted);
        flight.Landed.TrySetResult(result);
    }

    /// <summary>A result on its way.</summary>
    /// <param name="Key">Its key.</param>
    /// <param name="Tokens">The tokens of the request that computes it, which is answered as a whole.</param>
    private sealed record Flight(ResultKey Key, long Tokens)
    {
        /// <summary>The result; null where the one who had it computed has gone without it.</summary>
        public TaskCompletionSource<object?> Landed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>One request's inputs: those that are there, that it has computed, and that another has computed.</summary>
    private sealed class Round<TInput, TResult>(
        ResultCache cache, ServedModel model, long owner, string operation, IReadOnlyList<EncodedInput<TInput>> inputs)
    {
        private readonly long _tokens = inputs.Sum(input => (long)input.TokenCount);
        private readonly List<(int Input, Flight Flight)> _others = [];
        private List<int> _left = [.. Enumerable.Range(0, inputs.Count)];

        public TResult[] Results { get; } = new TResult[inputs.Count];

        public List<(int Input, Flight? Flight)> Own { get; } = [];

        public int Hits { get; private set; }

        public int Computed { get; private set; }

        public long SparedTokens { get; private set; }

        public long FollowedTokens { get; private set; }

        /// <summary>Finds out what has to be computed of what is left; false where nothing is left.</summary>
        public bool Divide()
        {
            Own.Clear();
            _others.Clear();
            if (_left.Count == 0)
                return false;
            foreach (int input in _left)
            {
                // Windows may share ids and yet be weighed otherwise.
                if (inputs[input].SequenceCount != 1)
                {
                    Own.Add((input, null));
                    continue;
                }
                ResultKey key = ResultKey.Of(model.Number, owner, operation, inputs[input]);
                lock (cache._gate)
                {
                    if (cache._store?.Find(key) is TResult found)
                        Found(input, found);
                    else if (!cache._flights.TryGetValue(key, out Flight? flight))
                        Own.Add((input, cache._flights[key] = new Flight(key, _tokens)));
                    else if (flight.Tokens <= _tokens)
                        _others.Add((input, flight));
                    else
                        Own.Add((input, null)); // a short request does not wait for a long one
                }
            }
            _left = [];
            return true;
        }

        public async Task ComputeAsync(Func<IReadOnlyList<EncodedInput<TInput>>, Task<IReadOnlyList<TResult>>> compute)
        {
            int landed = 0;
            try
            {
                IReadOnlyList<TResult> computed = await compute([.. Own.Select(own => inputs[own.Input])]).ConfigureAwait(false);
                Computed += Own.Count;
                for (; landed < Own.Count; landed++)
                {
                    Results[Own[landed].Input] = computed[landed];
                    if (Own[landed].Flight is Flight flight)
                        cache.Land(flight, computed[landed]);
                }
            }
            finally
            {
                // Whoever waits for what was refused, or whose client has gone, computes it himself.
                for (; landed < Own.Count; landed++)
                {
                    if (Own[landed].Flight is Flight flight)
                        cache.Land(flight, result: null);
                }
            }
        }

        public async Task FollowAsync(CancellationToken cancellationToken)
        {
            foreach ((int input, Flight flight) in _others)
            {
                if (await flight.Landed.Task.WaitAsync(cancellationToken).ConfigureAwait(false) is TResult result)
                {
                    Results[input] = result;
                    FollowedTokens += inputs[input].TokenCount;
                }
                else
                {
                    _left.Add(input);
                }
            }
        }

        private void Found(int input, TResult result)
        {
            Results[input] = result;
            Hits++;
            SparedTokens += inputs[input].TokenCount;
        }
    }
}

/// <summary>A request's results, and how many of them needed not to be computed.</summary>
/// <typeparam name="TResult">What an input becomes.</typeparam>
/// <param name="Results">One for each input, in the order of the inputs.</param>
/// <param name="Hits">Those that were there.</param>
/// <param name="Misses">Those that were not.</param>
/// <param name="Computed">Those that were computed for this request, and not for another that asked the same.</param>
public sealed record CachedResults<TResult>(IReadOnlyList<TResult> Results, int Hits, int Misses, int Computed);
