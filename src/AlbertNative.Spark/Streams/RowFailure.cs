namespace AlbertNative.Spark;

/// <summary>What becomes of a row on which the pipeline fails.</summary>
internal enum RowFailure
{
    /// <summary>The stream fails, and says at which row.</summary>
    Fail,

    /// <summary>Its new columns are null.</summary>
    Null,

    /// <summary>Its new columns are empty, and a further column says why; that is null in the other rows.</summary>
    Column,
}
