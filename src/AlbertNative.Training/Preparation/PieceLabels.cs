namespace AlbertNative.Training;

/// <summary>Which pieces of a word carry its label in training.</summary>
public enum PieceLabels
{
    /// <summary>The first; the others are not looked at. Hugging Face's default.</summary>
    First,

    /// <summary>All, <c>B-X</c> going on as <c>I-X</c> where there is such a label: <c>label_all_tokens</c>.</summary>
    All,
}
