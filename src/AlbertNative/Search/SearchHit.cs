namespace AlbertNative;

/// <summary>A text that a search has found.</summary>
/// <param name="Index">Which of the texts that were searched, from 0.</param>
/// <param name="Text">The text.</param>
/// <param name="Score">The similarity of its vector and the query's; larger is more alike.</param>
public readonly record struct SearchHit(long Index, string Text, float Score);
