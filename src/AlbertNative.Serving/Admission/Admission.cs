using System.Globalization;

namespace AlbertNative.Serving;

/// <summary>
/// Who is let in. All is counted in seconds of work, as nothing is ever computed for padding: what is known of a request when
/// it comes is what it will take. Refusing costs next to nothing, so that what the machine can do is done however much more is
/// asked of it. Under the queue's gate.
/// </summary>
internal sealed class Admission(WorkQueue queue)
{
    private const double LeastRetry = 1, MostRetry = 60, Jitter = 0.2;

    private readonly Random _random = new();
    private Promise _promised;
    private double _typical;

    /// <summary>True once nothing more is let in.</summary>
    public bool IsDraining { get; set; }

    private double MaxQueue => queue.Options.MaxQueue.TotalSeconds;

    /// <summary>The least that a new request of a client that has none waits, in seconds.</summary>
    public double WaitSeconds => queue.BacklogSeconds();

    /// <summary>Why a request of a client would be refused whatever it asks for; null where it might be admitted.</summary>
    public Refusal? Preview(ServingClient client, bool isPaid)
    {
        if (IsDraining)
            return Draining;
        if ((ConcurrencyRefusal(client) ?? (isPaid ? null : QuotaRefusal(client.QuotaWait(1, 0)))) is Refusal quota)
            return quota;
        double free = FreeSeconds(queue.BacklogSeconds()), held = Seconds(client.Held);
        return Fits(held, 0, free) ? null : Overloaded(client, held, _typical, free);
    }

    /// <summary>Why a request is refused; null where it is admitted.</summary>
    /// <param name="client">Whose it is.</param>
    /// <param name="stream">Where it would wait.</param>
    /// <param name="cost">What it costs, in tokens.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="bytes">Its memory.</param>
    /// <param name="timeout">When its answer is worth nothing any more, in seconds.</param>
    /// <param name="isPaid">Whether its quotas were taken elsewhere.</param>
    /// <param name="own">The time that it takes, in seconds.</param>
    /// <param name="beyond">How much of that does not count against what may wait, in seconds.</param>
    public Refusal? Decide(
        ServingClient client, WorkStream stream, long cost, int tokens, long bytes, double timeout, bool isPaid, out double own, out double beyond)
    {
        own = cost / (stream.Work.Cost.Rate * queue.Options.WorkerCount);
        beyond = 0;
        if (IsDraining)
            return Draining;
        if (TooLarge(tokens, bytes) is Refusal large)
            return large;
        double backlog = queue.BacklogSeconds(), free = FreeSeconds(backlog), held = Seconds(client.Held);
        _typical += 0.05 * (own - _typical);
        if (!Fits(held, own, free))
            return Overloaded(client, held, own, free);
        if (queue.Bytes + bytes > queue.Options.MaxQueuedBytes)
            return Overloaded(client, held, own, free, atLeast: backlog * bytes / Math.Max(1, queue.Bytes));
        beyond = held == 0 ? Math.Max(0, own - (free / 2)) : 0;
        double wait = FinishSeconds(client, stream, held, own, backlog);
        if (wait > timeout)
        {
            TimeSpan again = own > timeout ? TimeSpan.Zero : RetryAfter(wait - timeout);
            return new(RefusalReason.DeadlineUnreachable, again, Invariant(
                $"the answer would come after about {wait:F1} s, the deadline is {timeout:F1} s"));
        }
        return isPaid ? ConcurrencyRefusal(client) : TakeQuota(client, tokens);
    }

    /// <summary>Takes tokens from a client's quota for what is not computed by the model.</summary>
    public Refusal? Charge(ServingClient client, long tokens, bool isPaid) =>
        IsDraining ? Draining : isPaid ? ConcurrencyRefusal(client) : TakeQuota(client, tokens);

    /// <summary>What may still be let in, in seconds.</summary>
    private double FreeSeconds(double backlog) => MaxQueue - Math.Max(0, backlog - Seconds(queue.Beyond));

    /// <summary>
    /// A client may hold as much as is free, so that one that sends without end fills half of the queue, and a newcomer finds
    /// room. Who holds nothing is let in however large its request: what is more than half of what is free does not count against
    /// the others, who need not wait for it, as each gets its share of the time.
    /// </summary>
    private static bool Fits(double held, double own, double free) => held == 0 ? free > 0 : held + own <= free;

    private Refusal? TooLarge(int tokens, long bytes)
    {
        if (tokens > queue.Options.MaxRequestTokens)
        {
            return new(RefusalReason.TooLarge, TimeSpan.Zero, Invariant(
                $"the request has {tokens} tokens, at most {queue.Options.MaxRequestTokens}"));
        }
        return bytes <= queue.Options.MaxQueuedBytes
            ? null
            : new(RefusalReason.TooLarge, TimeSpan.Zero, Invariant(
                $"the request takes {bytes} bytes of memory, at most {queue.Options.MaxQueuedBytes}"));
    }

    /// <summary>Takes from the quotas only where nothing stands against it.</summary>
    private Refusal? TakeQuota(ServingClient client, long tokens) =>
        ConcurrencyRefusal(client) ?? QuotaRefusal(client.TakeQuota(1, tokens));

    private Refusal? ConcurrencyRefusal(ServingClient client) => client.Options.MaxConcurrent is int most && client.Running >= most
        ? new(RefusalReason.QuotaExceeded, RetryAfter(LeastRetry), Invariant($"{client.Running} requests are being computed, at most {most} at a time"))
        : null;

    private Refusal? QuotaRefusal(TimeSpan wait) => wait == TimeSpan.Zero
        ? null
        : new(RefusalReason.QuotaExceeded, RetryAfter(wait.TotalSeconds), "the quota of a minute is used up");

    /// <summary>
    /// When there will be room: where the work ahead has been done, and that of those who were told to come back before. Who
    /// comes again too early changes nothing for the others.
    /// </summary>
    private Refusal Overloaded(ServingClient client, double held, double own, double free, double atLeast = 0)
    {
        double share = Share(client), mine = client.PromisedLeft(queue.Time, share), others = _promised.Left(queue.Time, 1);
        double fits = Math.Max(atLeast, held == 0 ? -free : (held + own - free) / (1 + share));
        double wait = fits + Math.Max(mine / share, others);
        if (mine == 0)
            _promised.Add(own, MostRetry);
        client.AddPromise(own, MostRetry * share);
        return new(RefusalReason.Overloaded, RetryAfter(wait), Invariant(
            $"{queue.BacklogSeconds():F1} s of work wait, {held:F1} s of them this client's; at most {MaxQueue:F1} s"));
    }

    /// <summary>When a request would be answered: after all that is ahead of it, or by its client's share, whichever is earlier.</summary>
    private double FinishSeconds(ServingClient client, WorkStream stream, double held, double own, double backlog)
    {
        double lane = queue.BacklogSeconds(stream.Lane);
        double laneShare = backlog - lane <= 0 ? 1 : stream.Lane == WorkLane.Express ? queue.Options.ExpressShare : 1 - queue.Options.ExpressShare;
        double ahead = Math.Min(lane / laneShare, backlog);
        return Math.Min(ahead + own, Math.Max(own, (held + own) / (Share(client) * laneShare)));
    }

    /// <summary>A client's share of the time, with all that wait.</summary>
    private double Share(ServingClient client)
    {
        double weights = 0;
        foreach (WorkStream stream in queue.Streams)
            weights = Math.Max(weights, stream.WaitingWeight);
        double own = client.Options.Weight;
        return own / Math.Max(own, weights + (client.Running == 0 ? own : 0));
    }

    private TimeSpan RetryAfter(double seconds)
    {
        // Never earlier than the estimate: a client that comes too early has come for nothing.
        double late = Math.Max(LeastRetry, seconds) * (1 + (Jitter * _random.NextDouble()));
        return TimeSpan.FromSeconds(Math.Clamp(late, LeastRetry, MostRetry));
    }

    private static double Seconds(long ticks) => ticks / (double)TimeSpan.TicksPerSecond;

    private static string Invariant(FormattableString message) => message.ToString(CultureInfo.InvariantCulture);

    private static Refusal Draining { get; } = new(RefusalReason.Draining, TimeSpan.FromSeconds(LeastRetry), "the server is ending");
}
