namespace AlbertNative.Evaluation;

/// <summary>How well one label, or one type of entity, was found.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Correct">Items that are of it and were predicted so (TP).</param>
/// <param name="Predicted">Items predicted to be of it (TP + FP). Where 0, the precision is undefined and given as 0.</param>
/// <param name="Support">Items that are of it (TP + FN). Where 0, the recall is undefined and given as 0.</param>
public sealed record LabelScores(string Label, int Correct, int Predicted, int Support)
{
    /// <summary>TP / (TP + FP).</summary>
    public double Precision => Evaluation.Scores.Ratio(Correct, Predicted);

    /// <summary>TP / (TP + FN).</summary>
    public double Recall => Evaluation.Scores.Ratio(Correct, Support);

    /// <summary>2TP / (2TP + FP + FN).</summary>
    public double F1 { get; internal init; } = Evaluation.Scores.Of(Correct, Predicted, Support).F1;

    /// <summary>All three and the support.</summary>
    internal Scores Scores => new(Precision, Recall, F1, Support);
}
