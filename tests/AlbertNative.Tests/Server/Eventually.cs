namespace AlbertNative.Tests.Server;

/// <summary>What comes true in its own time.</summary>
internal static class Eventually
{
    /// <summary>Far longer than anything here takes: a test whose condition never holds fails instead of waiting on.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Waits until something holds.</summary>
    public static async Task HoldsAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        while (!condition())
            await Task.Delay(10, limit.Token);
    }
}
