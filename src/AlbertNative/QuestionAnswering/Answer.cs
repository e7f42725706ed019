using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>An answer found in a context.</summary>
/// <param name="Text">The answer, as the context has it; empty where the answer is that there is none.</param>
/// <param name="Score">Its probability: that of its first token being the first, times that of its last being the last.</param>
/// <param name="Span">Where it stands, in UTF-16 indices of the context.</param>
public sealed record Answer(string Text, float Score, TextSpan Span);
