namespace AlbertNative.Cli;

/// <summary>What a command does with the rows of a table: how one is read, and which columns come of it.</summary>
/// <param name="FromRow">An item of a row.</param>
/// <param name="Columns">The columns of results.</param>
internal sealed record TableWork<TItem, TResult>(Func<TableRow, TItem> FromRow, params TableColumn<TItem, TResult>[] Columns);

/// <summary>One column of results.</summary>
/// <param name="Name">What it is called: as the field of a JSON line.</param>
/// <param name="Type">Its type.</param>
/// <param name="Value">Its value for an item and its result, as the type wants it.</param>
internal sealed record TableColumn<TItem, TResult>(string Name, ColumnType Type, Func<TItem, TResult, object?> Value);
