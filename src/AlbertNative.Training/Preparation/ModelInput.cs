using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>One sequence as a model reads it.</summary>
/// <param name="InputIds">The tokens, special ones included.</param>
/// <param name="TokenTypeIds">0 for the first text's, 1 for the second's; as long.</param>
/// <param name="IsCut">Whether the text had more tokens than there was room for.</param>
internal readonly record struct ModelInput(int[] InputIds, int[] TokenTypeIds, bool IsCut = false)
{
    /// <summary>The number of tokens.</summary>
    public int Length => InputIds.Length;

    /// <summary>A text or pair as it was encoded.</summary>
    public static ModelInput Of(Encoding encoding) => new(encoding.Ids.ToArray(), encoding.ModelTokenTypeIds.ToArray(), encoding.IsTruncated);
}
