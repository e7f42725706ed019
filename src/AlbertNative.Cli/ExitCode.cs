namespace AlbertNative.Cli;

/// <summary>What the command returns to the shell.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Input, a model or a file that cannot be used; the message names it.</summary>
    public const int BadInput = 1;

    /// <summary>A command line that makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>Everything that could be read is done, and lines were left out by <c>--on-error skip</c>.</summary>
    public const int Skipped = 3;

    /// <summary>Ctrl-C, as shells report it (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>A polite request to end, as shells report it (128 + SIGTERM).</summary>
    public const int Terminated = 143;
}
