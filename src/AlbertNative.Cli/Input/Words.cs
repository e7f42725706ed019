namespace AlbertNative.Cli;

/// <summary>Lines of words.</summary>
internal static class Words
{
    /// <summary>The words of a line, divided by white space.</summary>
    public static string[] Of(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
