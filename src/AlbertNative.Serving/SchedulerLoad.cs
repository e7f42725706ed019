namespace AlbertNative.Serving;

/// <summary>What waits and is computed.</summary>
/// <param name="WaitSeconds">How long a new request would wait at most: the work of all that was admitted, in seconds.</param>
/// <param name="Requests">Requests that were admitted and are not over.</param>
/// <param name="Sequences">Sequences on their way through the layers.</param>
/// <param name="Tokens">Tokens of those requests.</param>
/// <param name="Bytes">Memory of those requests.</param>
public readonly record struct SchedulerLoad(double WaitSeconds, int Requests, int Sequences, long Tokens, long Bytes);
