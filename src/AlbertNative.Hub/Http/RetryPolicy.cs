using System.Globalization;

namespace AlbertNative.Hub.Http;

/// <summary>
/// Repeats what failed for a passing reason, with growing waits or those the hub asks for, until
/// <see cref="HubOptions.MaxAttempts"/> attempts in a row have gained nothing.
/// </summary>
internal sealed class RetryPolicy(HubOptions options)
{
    private static readonly TimeSpan MaximumDelay = TimeSpan.FromSeconds(8);

    /// <summary>Runs <paramref name="attempt"/> until it succeeds or must be given up.</summary>
    /// <param name="what">What the work is, for errors: "Fetching ...".</param>
    /// <param name="attempt">The work; a transient <see cref="HubException"/> asks for another try.</param>
    /// <param name="gained">A number that grows while the work advances; failures that follow an advance start afresh.</param>
    /// <param name="isFinal">Whether to give up at once for a reason that may pass, as there is something to fall back on.</param>
    /// <param name="cancellationToken">Ends the work and the waits.</param>
    public async Task<T> RunAsync<T>(
        string what, Func<CancellationToken, Task<T>> attempt, Func<long>? gained, Predicate<HubException>? isFinal, CancellationToken cancellationToken)
    {
        try
        {
            return await RepeatAsync(attempt, gained, isFinal, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException e) when (e.Failure is HubFailure.Network or HubFailure.ServerError or HubFailure.RateLimited or HubFailure.InvalidResponse)
        {
            throw new HubException(e.Failure, $"{what}: {e.Message}", e.InnerException) { IsTransient = e.IsTransient, RetryAfter = e.RetryAfter };
        }
    }

    private async Task<T> RepeatAsync<T>(
        Func<CancellationToken, Task<T>> attempt, Func<long>? gained, Predicate<HubException>? isFinal, CancellationToken cancellationToken)
    {
        // Less than that is no advance: a server that sends a byte for each connection is given up.
        double leastGain = Math.Max(1, options.MinRate * options.Timeout.TotalSeconds);
        long before = gained?.Invoke() ?? 0;
        for (int failures = 1; ; failures++)
        {
            TimeSpan delay;
            try
            {
                return await attempt(cancellationToken).ConfigureAwait(false);
            }
            catch (HubException e) when (e.IsTransient && isFinal?.Invoke(e) != true)
            {
                long now = gained?.Invoke() ?? 0;
                if (now - before >= leastGain)
                    (before, failures) = (now, 1);
                if (failures >= options.MaxAttempts || e.RetryAfter > options.MaxRetryAfter)
                    throw GivenUp(e, failures);
                delay = e.RetryAfter ?? Backoff(failures);
            }
            await Task.Delay(delay, options.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private static HubException GivenUp(HubException last, int failures) => failures == 1
        ? last
        : new HubException(last.Failure,
            string.Create(CultureInfo.InvariantCulture, $"{last.Message} Given up after {failures} attempts."), last.InnerException);

    private TimeSpan Backoff(int failures)
    {
        double factor = Math.Pow(2, Math.Min(failures - 1, 30));
        return options.RetryDelay * factor is var delay && delay < MaximumDelay ? delay : MaximumDelay;
    }
}
