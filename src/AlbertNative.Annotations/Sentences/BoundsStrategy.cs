namespace AlbertNative.Annotations;

/// <summary>What becomes of a custom bound.</summary>
public enum BoundsStrategy
{
    /// <summary>It is removed.</summary>
    None,

    /// <summary>The break is before it: it opens the next sentence.</summary>
    Prepend,

    /// <summary>The break is behind it.</summary>
    Append,
}
