namespace AlbertNative.Training;

/// <summary>Two texts that belong together, or how alike they are.</summary>
/// <param name="First">The first text.</param>
/// <param name="Second">The second.</param>
/// <param name="Negatives">Texts that do not belong to the first, although they look like it.</param>
/// <param name="Score">How alike the two are; null where that is not said.</param>
/// <param name="Line">The line from 1 on which it begins in its file.</param>
public sealed record TextPair(string First, string Second, IReadOnlyList<string> Negatives, double? Score, int Line);
