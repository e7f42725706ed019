namespace AlbertNative.Server.Dialects;

/// <summary>The words of options.</summary>
internal static class TaskChoices
{
    public static readonly Dictionary<string, AggregationStrategy> Aggregations = new()
    {
        ["none"] = AggregationStrategy.None,
        ["simple"] = AggregationStrategy.Simple,
        ["first"] = AggregationStrategy.First,
        ["average"] = AggregationStrategy.Average,
        ["max"] = AggregationStrategy.Max,
    };

    public static readonly Dictionary<string, ScoreFunction> Functions = new()
    {
        ["sigmoid"] = ScoreFunction.Sigmoid,
        ["softmax"] = ScoreFunction.Softmax,
        ["none"] = ScoreFunction.None,
    };
}
