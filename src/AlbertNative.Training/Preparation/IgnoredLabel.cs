namespace AlbertNative.Training;

/// <summary>The label of a token that no loss and no metric looks at, in Hugging Face's and PyTorch's numbering.</summary>
internal static class IgnoredLabel
{
    /// <summary>−100.</summary>
    public const int Value = -100;
}
