namespace AlbertNative.Training;

/// <summary>What random numbers are for: no two purposes share them.</summary>
internal enum RandomPurpose : uint
{
    /// <summary>Which tokens are masked, and by what.</summary>
    Masking = 1,

    /// <summary>How documents become examples of pre-training.</summary>
    Segments = 2,
}
