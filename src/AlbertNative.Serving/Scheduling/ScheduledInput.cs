using AlbertNative.Model;

namespace AlbertNative.Serving;

/// <summary>One input of a request, from when its first sequence is taken until its result is finished.</summary>
internal abstract class ScheduledInput(ScheduledRequest request, int index)
{
    /// <summary>Whose it is.</summary>
    public ScheduledRequest Request { get; } = request;

    /// <summary>Which of the request's.</summary>
    public int Index { get; } = index;

    /// <summary>Its sequences that have been taken from the queue.</summary>
    public int Taken { get; set; }

    /// <summary>Its call, once <see cref="Prepare"/> has made it.</summary>
    public abstract PreparedCall? Call { get; }

    /// <summary>Makes the call. On the thread of a worker.</summary>
    public abstract void Prepare();

    /// <summary>Makes the result and gives the call's memory back. On a thread of the pool; the head has been run.</summary>
    public abstract void Finish();

    /// <summary>Gives the call's memory back. Its sequences have left the model.</summary>
    public abstract void Abandon();
}

/// <summary>One sequence on its way through the layers of a model.</summary>
/// <param name="Input">Whose it is.</param>
/// <param name="Index">Which of the input's.</param>
/// <param name="Length">Its tokens.</param>
/// <param name="Cost">What it costs, in tokens.</param>
/// <param name="Depth">The layers that it has gone through.</param>
internal readonly record struct ScheduledSequence(ScheduledInput Input, int Index, int Length, int Cost, int Depth);
