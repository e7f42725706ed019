namespace AlbertNative.Serving;

/// <summary>How a model's name stands.</summary>
public enum ModelState
{
    /// <summary>Nobody has asked for it to be served.</summary>
    Unknown,

    /// <summary>It is being opened, checked and run warm.</summary>
    Loading,

    /// <summary>It is served.</summary>
    Ready,

    /// <summary>It could not be loaded.</summary>
    Failed,
}
