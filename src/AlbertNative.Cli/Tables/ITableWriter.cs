using Apache.Arrow;

namespace AlbertNative.Cli;

/// <summary>Writes a table: all columns of a group as they are, and the columns of results beside them.</summary>
internal interface ITableWriter : IDisposable
{
    /// <summary>Writes the results of the next rows of a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="first">The first of the rows.</param>
    /// <param name="results">An array for each column of results.</param>
    void Write(ITableGroup group, int first, IReadOnlyList<IArrowArray> results);

    /// <summary>Ends a group of which all rows are written.</summary>
    void EndGroup(ITableGroup group);

    /// <summary>Ends the file after the last group, and puts it in its place.</summary>
    void Complete();
}
