namespace AlbertNative.Annotations;

/// <summary>What becomes of a text that has more pieces than a stage with a model takes.</summary>
public enum OverlongSentences
{
    /// <summary>As by Spark NLP: what does not fit is cut off.</summary>
    Cut,

    /// <summary>An <see cref="OverlongTextException"/>; on Spark the row's failure.</summary>
    Fail,
}
