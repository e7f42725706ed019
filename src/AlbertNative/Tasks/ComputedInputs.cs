namespace AlbertNative;

/// <summary>Inputs that have gone through the model, each to be finished by whatever thread has it.</summary>
/// <typeparam name="TResult">What they become.</typeparam>
public abstract class ComputedInputs<TResult> : IDisposable
{
    private protected ComputedInputs()
    {
    }

    /// <summary>The number of inputs.</summary>
    public abstract int Count { get; }

    /// <summary>An input's result. Pure: it may be asked for by any thread, any number of times, until this is disposed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such input.</exception>
    /// <exception cref="ObjectDisposedException">This was disposed.</exception>
    public abstract TResult Finish(int index);

    /// <summary>Gives the memory of the model's outputs back for other inputs.</summary>
    public abstract void Dispose();
}
