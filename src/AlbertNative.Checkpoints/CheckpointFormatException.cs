namespace AlbertNative.Checkpoints;

/// <summary>
/// A checkpoint file, or what it holds, is not what its format or its model asks for. The message names the
/// file, what was expected and what was found. Whatever the file's own names are made of, the message is of bounded
/// length and can be shown by a terminal (<see cref="ForeignText"/>); several faults have a line each.
/// </summary>
public sealed class CheckpointFormatException : FormatException
{
    /// <summary>Creates the exception; the message becomes <c>path: problem</c>.</summary>
    /// <param name="path">The file or directory at fault; null where bytes have no name.</param>
    /// <param name="problem">What was expected and what was found.</param>
    /// <param name="inner">The error behind it, if there is one.</param>
    public CheckpointFormatException(string? path, string problem, Exception? inner = null)
        : base(path is null ? Shown(problem) : $"{ForeignText.Render(path)}: {Shown(problem)}", inner)
    {
        Path = path;
        Problem = Shown(problem);
    }

    /// <summary>The file or directory at fault; null where bytes have no name.</summary>
    public string? Path { get; }

    /// <summary>The message without the path.</summary>
    public string Problem { get; }

    // A list of faults has a line for each; everything else that moves a cursor is written out.
    private static string Shown(string problem) => problem.Contains('\n', StringComparison.Ordinal)
        ? ForeignText.CutMiddle(string.Join('\n', problem.Split('\n').Select(line => ForeignText.Render(line))), ForeignText.MaxErrorLength)
        : ForeignText.Render(problem, ForeignText.MaxErrorLength);
}
