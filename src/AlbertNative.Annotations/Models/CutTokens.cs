namespace AlbertNative.Annotations;

/// <summary>Tokens that got no annotation, since their sentence is too long.</summary>
/// <param name="Sentence">The sentence.</param>
/// <param name="Tokens">Its tokens that were cut off.</param>
/// <param name="Limit">The longest sentence in pieces.</param>
public sealed record CutTokens(Annotation Sentence, IReadOnlyList<Annotation> Tokens, int Limit);
