namespace AlbertNative.Training;

/// <summary>A text or a pair of texts, and what it is labelled with.</summary>
/// <param name="Text">The text.</param>
/// <param name="Pair">The second text of a pair; null where there is one text.</param>
/// <param name="Labels">
/// One label; of several label columns each one's value, in their order; of a list in JSON its entries, any number.
/// </param>
/// <param name="Line">The line from 1 on which it begins in its file.</param>
public sealed record LabelledText(string Text, string? Pair, IReadOnlyList<string> Labels, int Line);
