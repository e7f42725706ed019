namespace AlbertNative;

/// <summary>A sequence that its caller has tokenized, special tokens included.</summary>
/// <param name="InputIds">The tokens' ids.</param>
/// <param name="TokenTypeIds">Which text each belongs to; null for 0 throughout.</param>
public sealed record TokenSequence(IReadOnlyList<int> InputIds, IReadOnlyList<int>? TokenTypeIds = null);
