using System.Globalization;
using Apache.Arrow;

namespace AlbertNative.Cli;

/// <summary>
/// Computes the rows of a table and writes the table with the columns of results: group by group, and within a group as
/// often as the results in memory have become many.
/// </summary>
internal sealed class TableRun<TItem, TResult>(
    ITableReader table,
    TextWork<TItem, TResult> work,
    IReadOnlyDictionary<string, string> names,
    ErrorPolicy onError,
    RunProgress progress)
{
    // In Parquet's levels a number takes three times its own bytes.
    private const long MostBytes = 32 << 20;

    private readonly TableWork<TItem, TResult> _work = work.Table!;
    private readonly ColumnBuilder[] _builders = [.. work.Table!.Columns.Select(column => column.Type.CreateBuilder())];
    private long _rowsBefore;

    /// <summary>Rows without a result so far.</summary>
    public long Skipped { get; private set; }

    /// <summary>Makes sure that the table has the columns that are read, and none that is to be written.</summary>
    /// <exception cref="TableException">It has not.</exception>
    public void Check()
    {
        TextColumns columns = new(null, table, names);
        _ = _work.FromRow(new(columns, -1));
        if (names.Keys.FirstOrDefault(field => !columns.Asked.Contains(field)) is string unread)
            throw new TableException($"--column {unread}: the command reads no such field");
        if (_work.Columns.FirstOrDefault(column => table.Columns.Contains(column.Name)) is { } taken)
            throw new TableException($"{table.Path}: there is a column \"{taken.Name}\" already, which is how the results' would be called");
    }

    /// <summary>The columns of results.</summary>
    public IReadOnlyList<(string Name, ColumnType Type)> Results => [.. _work.Columns.Select(column => (column.Name, column.Type))];

    /// <summary>Leaves a group out, of which the results exist.</summary>
    public void Pass(ITableGroup group) => _rowsBefore += group.RowCount;

    /// <summary>Computes a group and writes it.</summary>
    /// <exception cref="BadInputException">A bad row, where those stop the run.</exception>
    public void Run(ITableGroup group, ITableWriter writer, CancellationToken cancellationToken)
    {
        if (group.RowCount == 0)
            return;
        TextColumns columns = new(group, table, names);
        int written = 0;
        ItemsInOrder<TItem, TResult> rows = new(
            Read: i => _work.FromRow(new(columns, i)),
            Compute: items => work.Compute(items, cancellationToken),
            Write: (i, item, result) => Append(i, column => column.Value(item, result)),
            Reject: (i, e) =>
            {
                Reject(i, e);
                Append(i, _ => null);
            });
        rows.Run(group.RowCount);
        if (written < group.RowCount)
            Flush(group, writer, written);
        writer.EndGroup(group);
        _rowsBefore += group.RowCount;
        progress.Report(_rowsBefore, group.End);

        void Append(int row, Func<TableColumn<TItem, TResult>, object?> value)
        {
            for (int i = 0; i < _builders.Length; i++)
                _builders[i].Append(value(_work.Columns[i]));
            if (_builders.Sum(builder => builder.Bytes) < MostBytes)
                return;
            Flush(group, writer, written);
            written = row + 1;
        }
    }

    private void Flush(ITableGroup group, ITableWriter writer, int first)
    {
        IArrowArray[] results = [.. _builders.Select(builder => builder.Build())];
        writer.Write(group, first, results);
        foreach (IArrowArray result in results)
            result.Dispose();
    }

    private void Reject(int row, Exception e)
    {
        string message = string.Create(CultureInfo.InvariantCulture, $"{table.Path}, row {_rowsBefore + row + 1}: {OneLine.Of(e)}");
        if (onError == ErrorPolicy.Stop)
            throw new BadInputException(message);
        Skipped++;
        progress.Warn(message);
    }
}
