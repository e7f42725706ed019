using System.Globalization;
using AlbertNative.Server.Quotas;
using AlbertNative.Server.Requests;
using AlbertNative.Serving;

namespace AlbertNative.Server.Inference;

/// <summary>Lets the scheduler compute: it admits a request whole or refuses it, with the time after which to try again.</summary>
internal class ScheduledInference(InferenceScheduler scheduler, ResultCache cache, SharedQuotas quotas)
{
    /// <summary>
    /// Why a request is refused of which it is already certain, before its body is read, that there is no room for it; null where
    /// there may be. Nothing is thrown: when most requests are refused, each has to cost next to nothing.
    /// </summary>
    public RequestException? RefusalOf(ServerRequest request)
    {
        if (scheduler.Preview(request.Client, quotas.IsUp) is Refusal refusal)
        {
            if (refusal.Reason == RefusalReason.QuotaExceeded)
                QuotaHeaders.Write(request, request.Client);
            SayLoad(request);
            return ExceptionOf(request, refusal);
        }
        if (quotas.StillUsedUp(request.Client) is not SharedQuota quota)
            return null;
        QuotaHeaders.Write(request, quota);
        return QuotaException(quota.Wait);
    }

    /// <summary>Charges a client's quota for work that is done outside.</summary>
    /// <exception cref="RequestException">The quota is used up.</exception>
    public async Task ChargeAsync(ServerRequest request, int tokens)
    {
        bool isPaid = await PayAsync(request, tokens).ConfigureAwait(false);
        Refusal? refusal = scheduler.Charge(request.Client, tokens, isPaid);
        QuotaHeaders.Write(request, isPaid ? null : request.Client);
        if (refusal is null)
            return;
        if (isPaid)
            quotas.Return(request.Client, tokens);
        throw ExceptionOf(request, refusal);
    }

    /// <summary>The results of a request's inputs, in their order.</summary>
    /// <exception cref="RequestException">There is no room for the work, or no time.</exception>
    /// <exception cref="OperationCanceledException">The client has gone, or the request's time is over.</exception>
    public virtual async Task<IReadOnlyList<TResult>> RunAsync<TInput, TResult>(
        ServerRequest request, Models.ServedModel model, TaskOperation<TInput, TResult> operation, IReadOnlyList<EncodedInput<TInput>> inputs)
    {
        if (!request.UsesCache)
            return await ComputeAsync(request, model, operation, inputs).ConfigureAwait(false);
        CachedResults<TResult> results = await cache.RunAsync(
            model.Served, request.Client, operation, inputs, rest => ComputeAsync(request, model, operation, rest), request.Cancellation).ConfigureAwait(false);
        // What needed no computing costs no tokens, but it was a request.
        if (results.Computed == 0)
            await ChargeAsync(request, tokens: 0).ConfigureAwait(false);
        if (cache.IsOn)
            request.Timings.Cache = ((request.Timings.Cache?.Hits ?? 0) + results.Hits, (request.Timings.Cache?.Misses ?? 0) + results.Misses);
        return results.Results;
    }

    private async Task<IReadOnlyList<TResult>> ComputeAsync<TInput, TResult>(
        ServerRequest request, Models.ServedModel model, TaskOperation<TInput, TResult> operation, IReadOnlyList<EncodedInput<TInput>> inputs)
    {
        int tokens = inputs.Sum(input => input.TokenCount);
        bool isPaid = await PayAsync(request, tokens).ConfigureAwait(false);
        TimeSpan left = request.Timeout - request.Timings.Total;
        RequestTerms terms = new()
        {
            Client = request.Client,
            Priority = request.Priority,
            IsPaid = isPaid,
            Timeout = left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1),
        };
        Submission<TResult> submission = scheduler.Submit(model.Served, operation, inputs, terms, request.Leaving);
        QuotaHeaders.Write(request, isPaid ? null : request.Client);
        if (submission.Refusal is Refusal refusal)
        {
            if (isPaid)
                quotas.Return(request.Client, tokens);
            SayLoad(request);
            throw ExceptionOf(request, refusal);
        }
        try
        {
            InferenceResults<TResult> results = await submission.Completion.ConfigureAwait(false);
            request.Timings.Queue = results.QueueTime > request.Timings.Queue ? results.QueueTime : request.Timings.Queue;
            request.Timings.Inference += results.ComputeTime;
            SayLoad(request);
            return results.Results;
        }
        catch (OperationCanceledException)
        {
            (request.Phase, request.IsGoneCounted) = (submission.Stage == RequestStage.Queued ? RequestPhase.Queued : RequestPhase.Running, true);
            throw;
        }
        catch (DeadlineExceededException)
        {
            throw DeadlineOf(request);
        }
        catch (SchedulerStoppedException)
        {
            throw new RequestException(ErrorKind.NotReady, "the server ends") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }

    // For balancers that go by what a replica says.
    private void SayLoad(ServerRequest request)
    {
        if (request.IsPart || request.Http.Response.HasStarted)
            return;
        double wait = Math.Round(scheduler.Load.WaitSeconds, 3);
        request.Http.Response.Headers["x-load"] = wait == 0 ? "queue=0" : string.Create(CultureInfo.InvariantCulture, $"queue={wait}");
    }

    /// <summary>Takes from quotas that replicas share; false where this process keeps them.</summary>
    private async ValueTask<bool> PayAsync(ServerRequest request, int tokens)
    {
        SharedQuota? quota = await quotas.TakeAsync(request.Client, tokens).ConfigureAwait(false);
        if (quota is null)
            return false;
        QuotaHeaders.Write(request, quota);
        return quota.Wait == TimeSpan.Zero ? true : throw QuotaException(quota.Wait);
    }

    private RequestException QuotaException(TimeSpan wait)
    {
        scheduler.Telemetry.Rejected("quota");
        return new(ErrorKind.Quota, "the quota of a minute is used up") { RetryAfter = wait, IsCounted = true };
    }

    private static RequestException ExceptionOf(ServerRequest request, Refusal refusal)
    {
        bool isHopeless = refusal.RetryAfter == TimeSpan.Zero;
        if (isHopeless && refusal.Reason == RefusalReason.DeadlineUnreachable)
            return DeadlineOf(request);
        ErrorKind kind = refusal.Reason switch
        {
            RefusalReason.QuotaExceeded => ErrorKind.Quota,
            RefusalReason.TooLarge => ErrorKind.TooMuch,
            RefusalReason.Draining => ErrorKind.NotReady,
            _ => ErrorKind.Overloaded,
        };
        return new(kind, refusal.Message) { RetryAfter = isHopeless ? null : refusal.RetryAfter, IsCounted = true };
    }

    private static RequestException DeadlineOf(ServerRequest request) =>
        new(ErrorKind.Deadline, $"the request is not done within {request.Timeout.TotalMilliseconds:0} ms");
}
