namespace AlbertNative.Model;

/// <summary>What opening a model is at.</summary>
public enum OpenStage
{
    /// <summary>Files are found or, for a name, fetched; counted in bytes.</summary>
    Files,

    /// <summary>Weights are laid out for the processor; counted in different layers.</summary>
    Packing,
}

/// <summary>How far opening a model is.</summary>
/// <param name="Stage">What it is at.</param>
/// <param name="Done">How much of the stage is done.</param>
/// <param name="Total">How much there is; null where that is not known.</param>
/// <param name="File">The file that is fetched; null while weights are packed.</param>
public readonly record struct OpenProgress(OpenStage Stage, long Done, long? Total, string? File = null);
