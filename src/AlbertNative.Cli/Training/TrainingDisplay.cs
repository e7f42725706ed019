using System.Globalization;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>What is shown of a run: lines for people, or objects for programs.</summary>
internal abstract class TrainingDisplay : IDisposable
{
    /// <summary>One for people, or with <c>--json</c> for programs.</summary>
    public static TrainingDisplay Create(Terminal terminal, bool json) => json ? new TrainingEventLines(terminal) : new TrainingText(terminal);

    /// <summary>Before the first update: the sizes, what the data are like, and what a person should know of them.</summary>
    public abstract void Begin(FineTuning tuning, DataDescription data);

    /// <summary>How long it would take, and of how much memory.</summary>
    public abstract void Estimate(TrainingEstimate estimate);

    /// <summary>After an update.</summary>
    public abstract void Update(TrainingStep step);

    /// <summary>An entry of the log.</summary>
    public abstract void Log(IReadOnlyDictionary<string, double> entry);

    /// <summary>After an evaluation.</summary>
    public abstract void Evaluate(TrainingEvaluation evaluation);

    /// <summary>A checkpoint has been written.</summary>
    public abstract void Save(string checkpoint);

    /// <summary>The result's scores.</summary>
    /// <param name="part"><c>test</c> or <c>dev</c>.</param>
    /// <param name="scores">What was measured.</param>
    public abstract void Judge(string part, TaskScores scores);

    /// <summary>The run is over.</summary>
    public abstract void End(TrainingSummary summary, string output);

    public abstract void Dispose();

    protected static string Time(TimeSpan time) => time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);
}

/// <summary>What a dry run found out.</summary>
/// <param name="TokensPerEpoch">The tokens of all examples.</param>
/// <param name="TokensPerSecond">How many are computed in a second, as far as a few updates tell.</param>
/// <param name="Duration">Of the whole run, without evaluations.</param>
/// <param name="Memory">The bytes of the process.</param>
/// <param name="ModelMemory">Those of them that are the parameters, their gradients and the optimizer's moments.</param>
internal sealed record TrainingEstimate(long TokensPerEpoch, double TokensPerSecond, TimeSpan Duration, long Memory, long ModelMemory);
