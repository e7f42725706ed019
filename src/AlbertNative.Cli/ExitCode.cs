namespace AlbertNative.Cli;

/// <summary>What the command returns to the shell.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Input, a model or a file that cannot be used; the message names it.</summary>
    public const int BadInput = 1;

    /// <summary>A command line that makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl-C, as shells report it (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
