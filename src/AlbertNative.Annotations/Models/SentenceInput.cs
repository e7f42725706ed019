namespace AlbertNative.Annotations;

/// <summary>A sentence as the model gets it, and which of its rows are wanted for which token.</summary>
/// <param name="Sentence">The sentence.</param>
/// <param name="Ids">The ids, special ones and padding among them.</param>
/// <param name="Starts">For each token that has a row, in the order of the rows: the row, the token's number and the id of its first piece.</param>
/// <param name="IsCut">Whether the sentence has more tokens or pieces than fit.</param>
internal sealed record SentenceInput(TokenSentence Sentence, int[] Ids, IReadOnlyList<WordStart> Starts, bool IsCut);

/// <summary>The first piece of a token.</summary>
/// <param name="Row">Its row in the sequence.</param>
/// <param name="Token">The token's number in the sentence.</param>
/// <param name="Id">Its id.</param>
internal readonly record struct WordStart(int Row, int Token, int Id);
