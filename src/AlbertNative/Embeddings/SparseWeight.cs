namespace AlbertNative;

/// <summary>One entry of a sparse vector.</summary>
/// <param name="TokenId">The word of the vocabulary.</param>
/// <param name="Weight">Its weight, greater than 0.</param>
public readonly record struct SparseWeight(int TokenId, float Weight);
