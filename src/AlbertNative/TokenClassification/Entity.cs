using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>A labelled stretch of a text.</summary>
/// <param name="Label">The label; without its <c>B-</c> or <c>I-</c> where tokens were aggregated.</param>
/// <param name="Score">The label's probability; the mean of the joined tokens' or words' where there are several.</param>
/// <param name="Word">
/// The token as the vocabulary spells it, or, where tokens were aggregated, their pieces joined to text.
/// What the caller wrote is <paramref name="Span"/>.
/// </param>
/// <param name="Span">The stretch, in UTF-16 indices of the caller's text. A token's span may begin with the space before it.</param>
/// <param name="TokenIndex">The token's index in the encoded text, <c>[CLS]</c> being 0; null where tokens were aggregated.</param>
public sealed record Entity(string Label, float Score, string Word, TextSpan Span, int? TokenIndex);
