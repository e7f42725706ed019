using System.Globalization;
using Apache.Arrow;

namespace AlbertNative.Cli;

/// <summary>
/// Computes the rows of tables and writes them with the columns of results: group by group, and within a group as
/// often as the results in memory have become many.
/// </summary>
internal sealed class TableRun<TItem, TResult>(
    TextWork<TItem, TResult> work,
    TableWork<TItem, TResult> asked,
    IReadOnlyDictionary<string, string> names,
    ErrorPolicy onError,
    RunProgress progress)
{
    // In Parquet's levels a number takes three times its own bytes.
    private const long MostBytes = 32 << 20;

    private readonly ColumnBuilder[] _builders = [.. asked.Columns.Select(column => column.Type.CreateBuilder())];
    private ITableReader? _table;
    private long _rowsOfTable;
    private long _rowsOfAll;
    private long _bytesBefore;
    private long _bytesBehind;

    /// <summary>Rows without a result so far.</summary>
    public long Skipped { get; private set; }

    /// <summary>Makes sure that a table has the columns that are read, and none that is to be written.</summary>
    /// <exception cref="TableException">It has not.</exception>
    public void Check(ITableReader table)
    {
        TextColumns columns = new(null, table, names);
        _ = asked.FromRow(new(columns, -1));
        if (names.Keys.FirstOrDefault(field => !columns.Asked.Contains(field)) is string unread)
            throw new TableException($"--column {unread}: the command reads no such field");
        if (asked.Columns.FirstOrDefault(column => table.Columns.Contains(column.Name)) is { } taken)
            throw new TableException($"{table.Path}: there is a column \"{taken.Name}\" already, which is how the results' would be called");
    }

    /// <summary>Goes to the next table, of which the groups come then.</summary>
    /// <exception cref="TableException">It lacks a column that is read, or has one that is to be written.</exception>
    public void Begin(ITableReader table)
    {
        Check(table);
        _bytesBefore = _bytesBehind;
        _bytesBehind += table.Length;
        (_table, _rowsOfTable) = (table, 0);
    }

    /// <summary>The columns of results.</summary>
    public IReadOnlyList<(string Name, ColumnType Type)> Results => [.. asked.Columns.Select(column => (column.Name, column.Type))];

    /// <summary>Leaves a group out, of which the results exist.</summary>
    public void Pass(ITableGroup group) => Advance(group);

    /// <summary>Computes a group and writes it.</summary>
    /// <exception cref="BadInputException">A bad row, where those stop the run.</exception>
    public void Run(ITableGroup group, ITableWriter writer, CancellationToken cancellationToken)
    {
        if (group.RowCount == 0)
            return;
        TextColumns columns = new(group, _table!, names);
        int written = 0;
        ItemsInOrder<TItem, TResult> rows = new(
            Read: i => asked.FromRow(new(columns, i)),
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
        Advance(group);

        void Append(int row, Func<TableColumn<TItem, TResult>, object?> value)
        {
            for (int i = 0; i < _builders.Length; i++)
                _builders[i].Append(value(asked.Columns[i]));
            if (_builders.Sum(builder => builder.Bytes) < MostBytes)
                return;
            Flush(group, writer, written);
            written = row + 1;
        }
    }

    private void Advance(ITableGroup group)
    {
        _rowsOfTable += group.RowCount;
        _rowsOfAll += group.RowCount;
        progress.Report(_rowsOfAll, _bytesBefore + group.End);
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
        string message = string.Create(CultureInfo.InvariantCulture, $"{_table!.Path}, row {_rowsOfTable + row + 1}: {OneLine.Of(e)}");
        if (onError == ErrorPolicy.Stop)
            throw new BadInputException(message);
        Skipped++;
        progress.Warn(message);
    }
}
