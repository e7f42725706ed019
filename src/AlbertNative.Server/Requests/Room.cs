namespace AlbertNative.Server.Requests;

/// <summary>What streams do where there is no room: their clients wait by not being read from, and are not told to try again.</summary>
internal static class Room
{
    /// <summary>Asks until there is room, or until there would be none in the request's time.</summary>
    /// <param name="request">The request.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ask">Asks.</param>
    /// <exception cref="RequestException">It is refused for another reason, or there will be no room in its time.</exception>
    /// <exception cref="OperationCanceledException">The client has gone, or the request's time is over.</exception>
    public static async Task<T> WaitAsync<T>(ServerRequest request, TimeProvider time, Func<Task<T>> ask)
    {
        while (true)
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (RequestException e) when (e.Kind is ErrorKind.Overloaded or ErrorKind.Quota && e.RetryAfter is TimeSpan wait && wait < request.Left)
            {
                await Task.Delay(wait, time, request.Cancellation).ConfigureAwait(false);
            }
        }
    }
}
