using AlbertNative.Evaluation;

namespace AlbertNative.Training;

/// <summary>How good predictions are, for people and for programs.</summary>
public sealed record EvaluationSummary
{
    /// <summary>How many errors are shown.</summary>
    internal const int ShownErrors = 10;

    /// <summary>How many examples were judged.</summary>
    public required int Examples { get; init; }

    /// <summary>The figures by the names that Hugging Face's scripts give them, the headline first. NaN where one is not defined.</summary>
    public required IReadOnlyList<KeyValuePair<string, double>> Metrics { get; init; }

    /// <summary>How far the headline would move on another sample of this size; null where that was not asked for.</summary>
    public BootstrapInterval? Interval { get; init; }

    /// <summary>The table of scikit-learn or seqeval; empty where the task has none.</summary>
    public string Report { get; init; } = "";

    /// <summary>Each label's or type's scores; empty where the task has none.</summary>
    public IReadOnlyList<LabelScores> Labels { get; init; } = [];

    /// <summary>What was taken for what; null where the task has no single labels.</summary>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>The worst errors, at most ten, the worst first.</summary>
    public IReadOnlyList<EvaluationError> Errors { get; init; } = [];

    /// <summary>What a reader of the figures should know, each a sentence.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The figure of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public double this[string metric]
    {
        get
        {
            foreach ((string name, double value) in Metrics)
            {
                if (name == metric)
                    return value;
            }
            throw new KeyNotFoundException($"There is no metric '{metric}'; there are {string.Join(", ", Metrics.Select(pair => pair.Key))}.");
        }
    }
}

/// <summary>A prediction that is wrong.</summary>
/// <param name="Line">The line of the example in its file, from 1.</param>
/// <param name="Expected">What is right.</param>
/// <param name="Predicted">What was predicted.</param>
/// <param name="Confidence">How sure the model was; null where it is not known.</param>
/// <param name="Text">The example.</param>
public sealed record EvaluationError(int Line, string Expected, string Predicted, double? Confidence, string Text);
