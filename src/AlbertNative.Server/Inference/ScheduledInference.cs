using AlbertNative.Server.Requests;
using AlbertNative.Serving;

namespace AlbertNative.Server.Inference;

/// <summary>Lets the scheduler compute: it admits a request whole or refuses it, with the time after which to try again.</summary>
internal sealed class ScheduledInference(InferenceScheduler scheduler)
{
    /// <summary>Refuses a request of which it is already certain that there is no room for it, before its body is read.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public void RequireRoom(ServerRequest request)
    {
        if (scheduler.Preview(request.Client) is Refusal refusal)
            throw ExceptionOf(request, refusal);
    }

    /// <summary>Charges a client's quota for work that is done outside.</summary>
    /// <exception cref="RequestException">The quota is used up.</exception>
    public void Charge(ServerRequest request, int tokens)
    {
        if (scheduler.Charge(request.Client, tokens) is Refusal refusal)
            throw ExceptionOf(request, refusal);
    }

    /// <summary>The results of a request's inputs, in their order.</summary>
    /// <exception cref="RequestException">There is no room for the work, or no time.</exception>
    /// <exception cref="OperationCanceledException">The client has gone, or the request's time is over.</exception>
    public async Task<IReadOnlyList<TResult>> RunAsync<TInput, TResult>(
        ServerRequest request, Models.ServedModel model, TaskOperation<TInput, TResult> operation, IReadOnlyList<EncodedInput<TInput>> inputs)
    {
        TimeSpan left = request.Timeout - request.Timings.Total;
        RequestTerms terms = new() { Client = request.Client, Timeout = left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1) };
        Submission<TResult> submission = scheduler.Submit(model.Served, operation, inputs, terms, request.Cancellation);
        if (submission.Refusal is Refusal refusal)
            throw ExceptionOf(request, refusal);
        try
        {
            InferenceResults<TResult> results = await submission.Completion.ConfigureAwait(false);
            request.Timings.Queue = results.QueueTime > request.Timings.Queue ? results.QueueTime : request.Timings.Queue;
            request.Timings.Inference += results.ComputeTime;
            return results.Results;
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
        return new(kind, refusal.Message) { RetryAfter = isHopeless ? null : refusal.RetryAfter };
    }

    private static RequestException DeadlineOf(ServerRequest request) =>
        new(ErrorKind.Deadline, $"the request is not done within {request.Timeout.TotalMilliseconds:0} ms");
}
