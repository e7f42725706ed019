namespace AlbertNative;

/// <summary>A text in its place among those that were ranked.</summary>
/// <param name="Index">Where it stood among the texts as they were given.</param>
/// <param name="Text">The text.</param>
/// <param name="Score">How well it fits the query; larger is better.</param>
public readonly record struct RankedText(int Index, string Text, float Score)
{
    /// <summary>The texts of the <paramref name="count"/> largest scores, best first; equal ones in their order.</summary>
    internal static RankedText[] Best(IReadOnlyList<string> texts, float[] scores, int count) =>
        Array.ConvertAll(Probabilities.TopK(scores, count), i => new RankedText(i, texts[i], scores[i]));
}
