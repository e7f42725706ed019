using AlbertNative.Model;

namespace AlbertNative;

/// <summary>Outputs of a head that are used again: their memory grows to the largest batch, and then nothing is allocated.</summary>
internal sealed class OutputPool<TOutput>
    where TOutput : ModelOutput, new()
{
    /// <summary>More than callers that a machine computes for at a time; what is beyond goes to the garbage collector.</summary>
    private const int Most = 16;

    private readonly Stack<TOutput> _idle = new();

    public TOutput Rent()
    {
        lock (_idle)
            return _idle.TryPop(out TOutput? output) ? output : new TOutput();
    }

    public void Return(TOutput output)
    {
        lock (_idle)
        {
            if (_idle.Count < Most)
                _idle.Push(output);
        }
    }
}
