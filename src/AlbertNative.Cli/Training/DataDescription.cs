using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>What the examples are like that a model is to learn from.</summary>
/// <param name="Examples">How many there are.</param>
/// <param name="Labels">The labels in the order of the scores.</param>
/// <param name="LabelCounts">How often each comes; empty where labels are not counted.</param>
/// <param name="MedianTokens">The tokens of half of the examples, or fewer.</param>
/// <param name="LongTokens">Those of 99 % of them.</param>
/// <param name="LongestTokens">Those of the longest.</param>
/// <param name="Cut">How many were too long, and cut off.</param>
/// <param name="Notes">What a person should know before the first update, each a sentence.</param>
internal sealed record DataDescription(
    int Examples, IReadOnlyList<string> Labels, IReadOnlyList<KeyValuePair<string, int>> LabelCounts,
    int MedianTokens, int LongTokens, int LongestTokens, int Cut, IReadOnlyList<string> Notes)
{
    public static DataDescription Of(TrainingTask task, IEnumerable<string> notes)
    {
        int[] lengths = [.. Enumerable.Range(0, task.Train.Count).Select(task.Train.TokensOf).Order()];
        return new DataDescription(
            lengths.Length, task.Labels, task.LabelCounts, lengths[lengths.Length / 2], lengths[(lengths.Length - 1) * 99 / 100], lengths[^1], task.Train.CutCount,
            [.. notes, .. Rare(task), .. SpeltAlike(task)]);
    }

    private static IEnumerable<string> Rare(TrainingTask task) =>
        task.LabelCounts.Where(label => label.Value == 1).Select(label => label.Key).ToArray() is { Length: > 0 } rare
            ? [$"only one example has {string.Join(", ", rare)}"] : [];

    /// <summary>Labels that a typist may have meant to be one.</summary>
    private static IEnumerable<string> SpeltAlike(TrainingTask task) =>
        from label in task.Labels
        group label by label.Trim().ToUpperInvariant() into alike
        where alike.Count() > 1
        select $"these labels differ only in case or spaces, and are learnt as {alike.Count()}: {string.Join(", ", alike.Select(label => $"'{label}'"))}";
}
