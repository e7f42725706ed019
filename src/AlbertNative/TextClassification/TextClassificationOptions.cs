namespace AlbertNative;

/// <summary>What to ask of a <see cref="TextClassifier"/>.</summary>
public sealed record TextClassificationOptions
{
    /// <summary>Every label, scored as the model's configuration says.</summary>
    public static TextClassificationOptions Default { get; } = new();

    /// <summary>How many labels to return; null for all.</summary>
    public int? TopK { get; init; }

    /// <summary>
    /// What makes scores of the logits. Null: sigmoid where <c>problem_type</c> is multi-label or there is one
    /// label, nothing where it is regression, else softmax.
    /// </summary>
    public ScoreFunction? Function { get; init; }
}
