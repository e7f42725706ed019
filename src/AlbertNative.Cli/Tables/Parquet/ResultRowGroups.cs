using Apache.Arrow;
using Parquet;
using Parquet.Schema;

namespace AlbertNative.Cli;

/// <summary>
/// The columns of results of one row group, in a nameless file of their own beside the output: a row group of it for each
/// piece of results that had to be held in memory.
/// </summary>
internal sealed class ResultRowGroups : IDisposable
{
    private readonly FileStream _file;
    private readonly ParquetWriter _writer;
    private readonly DataField[] _leaves;
    private bool _ended;

    public ResultRowGroups(string directory, ParquetSchema schema)
    {
        string path = Path.Combine(directory, $".{Guid.NewGuid():N}.partial");
        _file = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 1 << 16, FileOptions.DeleteOnClose);
        // Where the system lets a file live without a name, a killed process leaves none either.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        _leaves = schema.DataFields;
        // Pages of several row groups become one column's: a dictionary would belong to one of them only.
        _writer = ParquetWriter.CreateAsync(schema, _file, new() { DictionaryEncodingThreshold = 0 }).GetAwaiter().GetResult();
    }

    /// <summary>Writes the results of some rows.</summary>
    public void Write(IReadOnlyList<IArrowArray> results)
    {
        using ParquetRowGroupWriter group = _writer.CreateRowGroup();
        int leaf = 0;
        foreach (ParquetLevels.ILeaf column in results.SelectMany(ParquetLevels.Flatten))
            column.Write(group, _leaves[leaf++]);
        group.CompleteValidate();
    }

    /// <summary>Ends the file; what was written can be read from it then.</summary>
    public (Stream File, ParquetFooter Footer) End()
    {
        EndWriter();
        return (_file, ParquetFooter.Read(_file, _file.Name));
    }

    public void Dispose()
    {
        try
        {
            EndWriter();
        }
        finally
        {
            _file.Dispose();
        }
    }

    private void EndWriter()
    {
        if (_ended)
            return;
        _ended = true;
        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
