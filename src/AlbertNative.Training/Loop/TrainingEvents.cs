namespace AlbertNative.Training;

/// <summary>What a run tells of while it goes on, each on the thread that runs it.</summary>
public sealed record TrainingEvents
{
    /// <summary>After each update.</summary>
    public Action<TrainingStep>? Updated { get; init; }

    /// <summary>An entry of the log, as <c>trainer_state.json</c> and <c>log.jsonl</c> have it.</summary>
    public Action<IReadOnlyDictionary<string, double>>? Logged { get; init; }

    /// <summary>After each evaluation; the run ends where it returns <c>false</c>.</summary>
    public Func<TrainingEvaluation, bool>? Evaluated { get; init; }

    /// <summary>The directory of a checkpoint that has been written.</summary>
    public Action<string>? Saved { get; init; }
}
