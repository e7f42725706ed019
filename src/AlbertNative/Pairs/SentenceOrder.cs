namespace AlbertNative;

/// <summary>Whether two sentences stand in their order; the two probabilities add up to 1.</summary>
/// <param name="InOrder">The probability that the first comes before the second.</param>
/// <param name="Swapped">The probability that the second comes before the first.</param>
public readonly record struct SentenceOrder(float InOrder, float Swapped)
{
    /// <summary>Whether the order as given is the likelier one.</summary>
    public bool IsInOrder => InOrder >= Swapped;
}
