namespace AlbertNative.Annotations;

/// <summary>A row of a frame: a value for each column. A stage gives new rows and leaves those that it gets as they are.</summary>
public sealed class AnnotationRow
{
    private readonly Dictionary<string, object?> _values;

    /// <summary>Makes a row of values by their columns' names.</summary>
    public AnnotationRow(IEnumerable<KeyValuePair<string, object?>> values) =>
        _values = new Dictionary<string, object?>(values, StringComparer.Ordinal);

    /// <summary>The value of a column.</summary>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public object? this[string column] => _values.TryGetValue(column, out object? value)
        ? value
        : throw new KeyNotFoundException($"the row has no column '{column}'");

    /// <summary>The annotations of a column; none where its value is null.</summary>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    /// <exception cref="ArgumentException">The column holds something else.</exception>
    public IReadOnlyList<Annotation> Annotations(string column) => this[column] switch
    {
        null => [],
        IReadOnlyList<Annotation> annotations => annotations,
        object other => throw new ArgumentException($"column '{column}' holds {other.GetType().Name}, not annotations"),
    };

    /// <summary>The same row with another value in a column.</summary>
    internal AnnotationRow With(string column, object? value)
    {
        AnnotationRow row = new(_values);
        row._values[column] = value;
        return row;
    }

    /// <summary>The same row without some columns.</summary>
    internal AnnotationRow Without(string[] columns)
    {
        if (columns.Length == 0)
            return this;
        AnnotationRow row = new(_values);
        foreach (string column in columns)
            row._values.Remove(column);
        return row;
    }
}
