using AlbertNative.Tensors.Threading;

namespace AlbertNative.Serving;

/// <summary>What takes a worker's sequences through one model's layers: the model, or a simulation of it.</summary>
internal interface IStepper : IDisposable
{
    /// <summary>True where a sequence may join now.</summary>
    bool CanJoin { get; }

    /// <summary>The inputs whose last sequence came through with the last step.</summary>
    IReadOnlyList<ScheduledInput> Through { get; }

    /// <summary>Takes a sequence of a prepared input in.</summary>
    void Join(ScheduledInput input, int sequence);

    /// <summary>Takes all sequences of an input out.</summary>
    void Remove(ScheduledInput input);

    /// <summary>Takes all sequences out.</summary>
    void Clear();

    /// <summary>Takes all sequences through one layer, on the threads of a team. Where it throws, none is in any more.</summary>
    void Step(ThreadTeam team);

    /// <summary>Computes the head of an input that is through, on the threads of a team.</summary>
    void RunHead(ThreadTeam team, ScheduledInput input);
}
