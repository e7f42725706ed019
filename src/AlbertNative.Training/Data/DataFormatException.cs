namespace AlbertNative.Training;

/// <summary>A file of examples is not what it should be. The message names the file, the line and the column.</summary>
public sealed class DataFormatException : FormatException
{
    /// <summary>Makes the exception; the message becomes <c>PATH(LINE,COLUMN): PROBLEM</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">The line from 1; 0 where the whole file is meant.</param>
    /// <param name="column">The column from 1, or its name; null where the whole line is meant.</param>
    /// <param name="problem">What was found and what was expected.</param>
    /// <param name="inner">What was thrown before it, if anything.</param>
    public DataFormatException(string path, int line, string? column, string problem, Exception? inner = null)
        : base(Message(path, line, column, problem), inner)
    {
        Path = path;
        Line = line;
        Column = column;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The line from 1; 0 where the whole file is meant.</summary>
    public int Line { get; }

    /// <summary>The column from 1, or its name; null where the whole line is meant.</summary>
    public string? Column { get; }

    private static new string Message(string path, int line, string? column, string problem) => (line, column) switch
    {
        (0, _) => $"{path}: {problem}",
        (_, null) => $"{path}({line}): {problem}",
        _ => $"{path}({line},{column}): {problem}",
    };
}
