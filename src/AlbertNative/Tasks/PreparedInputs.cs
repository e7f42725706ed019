using AlbertNative.Model;

namespace AlbertNative;

/// <summary>
/// Inputs that a scheduler takes through the model: their call, for a <see cref="LayerPass"/>, and what comes of it. To be
/// disposed once, when its sequences have left their pass and the results are finished.
/// </summary>
/// <typeparam name="TResult">What they become.</typeparam>
public sealed class PreparedInputs<TResult> : IDisposable
{
    internal PreparedInputs(PreparedCall call, ComputedInputs<TResult> results)
    {
        Call = call;
        Results = results;
    }

    /// <summary>The inputs' sequences in their order, and the head over them.</summary>
    public PreparedCall Call { get; }

    /// <summary>The results, to be finished once the head has been run.</summary>
    public ComputedInputs<TResult> Results { get; }

    /// <summary>Gives the memory back for other inputs.</summary>
    public void Dispose()
    {
        Call.Dispose();
        Results.Dispose();
    }
}
