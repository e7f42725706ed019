namespace AlbertNative.Cli;

/// <summary>Ends this process when its parent has gone, which a process that is killed cannot tell its children.</summary>
internal static class ParentWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Begins to watch; null where the system does not say who the parent is.</summary>
    public static IDisposable? Start()
    {
        if (Parent() is not string parent)
            return null;
        return new Timer(_ =>
        {
            // Nothing is left to do, and nobody to tell.
            if (Parent() != parent)
                Environment.Exit(ExitCode.Terminated);
        }, null, Interval, Interval);
    }

    // /proc/self/stat (proc(5)): the id, the name in parentheses, the state, the parent's id.
    private static string? Parent()
    {
        try
        {
            string stat = File.ReadAllText("/proc/self/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
