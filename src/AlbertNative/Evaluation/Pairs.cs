namespace AlbertNative.Evaluation;

/// <summary>Truth and prediction, side by side.</summary>
internal static class Pairs
{
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static void RequireEqualLength<T>(IReadOnlyList<T> truth, IReadOnlyList<T> predicted, string parameter)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(predicted, parameter);
        if (truth.Count != predicted.Count)
            throw new ArgumentException($"There are {predicted.Count} predictions of {truth.Count} true values.", parameter);
    }
}
