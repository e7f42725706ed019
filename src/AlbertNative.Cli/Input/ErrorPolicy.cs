namespace AlbertNative.Cli;

/// <summary>What a line that cannot be used does to the run.</summary>
internal enum ErrorPolicy
{
    /// <summary>It ends it.</summary>
    Stop,

    /// <summary>It is reported, counted and left out.</summary>
    Skip,
}
