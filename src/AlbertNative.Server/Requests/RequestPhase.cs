namespace AlbertNative.Server.Requests;

/// <summary>How far a request has come: where it was when its client went.</summary>
internal enum RequestPhase
{
    /// <summary>Its body is being read.</summary>
    Reading,

    /// <summary>It waits to be computed, or is being made ready for that.</summary>
    Queued,

    /// <summary>It is being computed.</summary>
    Running,

    /// <summary>Its answer is being written.</summary>
    Writing,
}

/// <summary>The phases' names.</summary>
internal static class RequestPhases
{
    private static readonly string[] Names = ["reading", "queued", "running", "writing"];

    /// <summary>What metrics and the log call a phase.</summary>
    public static string NameOf(RequestPhase phase) => Names[(int)phase];
}
