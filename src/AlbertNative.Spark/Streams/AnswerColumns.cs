using AlbertNative.Annotations;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace AlbertNative.Spark;

/// <summary>The columns that an answer has behind those of its input: the pipeline's, and one of messages where that is asked for.</summary>
internal sealed class AnswerColumns
{
    private readonly FrameColumn[] _results;
    private readonly RowFailure _onError;

    /// <exception cref="StreamException">A name is taken or not written, or a column has no type in a stream.</exception>
    public AnswerColumns(Schema input, FrameSchema before, FrameSchema after, StreamRequest request)
    {
        // Columns are the same where no stage has written them, not where they are equal.
        FrameColumn[] written = [.. after.Columns.Where(column => !before.Columns.Any(known => ReferenceEquals(known, column)))];
        if (request.Outputs?.FirstOrDefault(name => !written.Any(column => column.Name == name)) is string unknown)
            throw new StreamException($"the pipeline writes no column '{unknown}', only {string.Join(", ", written.Select(column => column.Name))}");
        _results = [.. written.Where(column => request.Outputs?.Contains(column.Name) != false)];
        _onError = request.OnError;
        Fields = [.. _results.Select(StreamColumns.Field)];
        if (_onError == RowFailure.Column)
            Fields = [.. Fields, new Field(request.ErrorColumn, StringType.Default, nullable: true)];
        IEnumerable<string> names = input.FieldsList.Concat(Fields).Select(field => field.Name);
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } taken)
            throw new StreamException($"there would be two columns '{taken.Key}': the pipeline writes one, and the input has one already");
    }

    /// <summary>Their names and types.</summary>
    public IReadOnlyList<Field> Fields { get; }

    /// <summary>The pipeline's columns, and what is known of them.</summary>
    public IReadOnlyList<FrameColumn> Results => _results;

    /// <summary>About how many bytes of vectors a row has in them.</summary>
    public long VectorBytes(AnsweredRow row) => row.Row is null ? 0 : StreamColumns.VectorBytes(row.Row, _results);

    /// <summary>The arrays of some rows.</summary>
    public IEnumerable<IArrowArray> Arrays(IReadOnlyList<AnsweredRow> rows)
    {
        bool keepsEmpty = _onError == RowFailure.Column;
        IEnumerable<IArrowArray> arrays = _results.Select(column => StreamColumns.Array(
            column.Kind, [.. rows.Select(row => row.Row is null ? EmptyOf(column.Kind, keepsEmpty) : row.Row[column.Name])]));
        return keepsEmpty ? arrays.Append(StreamColumns.Texts(rows.Select(row => row.Failure))) : arrays;
    }

    // Spark NLP's own stages fail on a column of annotations that is null.
    private static Annotation[]? EmptyOf(ColumnKind kind, bool keepsEmpty) =>
        keepsEmpty && kind == ColumnKind.Annotations ? [] : null;
}
