namespace AlbertNative.Serving;

/// <summary>How a request is to be ranked.</summary>
public enum RequestPriority
{
    /// <summary>Among the short ones, whatever its length.</summary>
    Express,

    /// <summary>By its length: short ones do not wait behind long ones.</summary>
    Normal,

    /// <summary>Among the long ones, whatever its length.</summary>
    Bulk,
}
