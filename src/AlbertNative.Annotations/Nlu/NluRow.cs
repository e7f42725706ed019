namespace AlbertNative.Annotations;

/// <summary>A row of NLU's table.</summary>
/// <param name="Level">What it stands for: the name of the column that <paramref name="Text"/> is in.</param>
/// <param name="Index">The number of the text that it comes from.</param>
/// <param name="Text">The token, sentence or text, with the case of its letters.</param>
/// <param name="Begin">Where that begins in the text, in UTF-16 code units.</param>
/// <param name="End">Where its last character is.</param>
/// <param name="Vectors">
/// The vectors of its tokens: of a token one, which is empty where the token was cut off.
/// </param>
public sealed record NluRow(
    OutputLevel Level, int Index, string Text, int Begin, int End, IReadOnlyList<ReadOnlyMemory<float>> Vectors);
