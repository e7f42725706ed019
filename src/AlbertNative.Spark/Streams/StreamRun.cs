using System.Text;
using AlbertNative.Annotations;
using Apache.Arrow;

namespace AlbertNative.Spark;

/// <summary>
/// Takes the rows of a stream's batches through a pipeline, which takes several together, and answers each once and in its
/// order. Where the pipeline fails, those that it has taken go through it alone, so that the row at fault is found and the others
/// are answered.
/// </summary>
internal sealed class StreamRun
{
    // Offsets in Arrow's lists are 32 bits: a batch could hold 2 Gi floats at the very most.
    private const long MostVectorBytes = 64 << 20;

    private readonly BatchReader _reader;
    private readonly AnnotationPipeline _pipeline;
    private readonly FrameSchema _columns;
    private readonly StreamRequest _request;
    private readonly AnswerColumns _answer;
    private readonly StreamCounts _counts;
    private readonly Schema _schema;
    private readonly Action<RecordBatch> _write;

    // Batches with rows that have no answer yet, and of the first of them, how many rows have one that is written.
    private readonly Queue<RecordBatch> _batches = new();
    private int _written;

    // Rows that the pipeline has taken and not given back, with those between them that it cannot take, and answers that are not written.
    private readonly Queue<InputRow> _taken = new();
    private readonly List<AnsweredRow> _pending = [];
    private long _pendingBytes;
    private long _answered;

    public StreamRun(
        BatchReader reader, AnnotationPipeline pipeline, FrameSchema columns, StreamRequest request, AnswerColumns answer, StreamCounts counts,
        Schema schema, Action<RecordBatch> write)
    {
        (_reader, _pipeline, _columns, _request, _answer, _counts) = (reader, pipeline, columns, request, answer, counts);
        (_schema, _write) = (schema, write);
    }

    /// <summary>Answers all rows.</summary>
    /// <exception cref="StreamException">The stream is damaged, or the pipeline fails on a row.</exception>
    public void Run()
    {
        using IEnumerator<InputRow> source = Rows().GetEnumerator();
        while (FailureOf(source) is Exception failure)
            AnswerAlone(failure);
        WriteEmpty();
        if (_batches.Count > 0)
            throw OtherRows();
    }

    /// <summary>Answers rows until there are no more, or the pipeline fails on one that it has taken: with what.</summary>
    private Exception? FailureOf(IEnumerator<InputRow> source)
    {
        using IEnumerator<AnnotationRow> results = Transform(Taken(source)).GetEnumerator();
        while (true)
        {
            bool hasResult;
            try
            {
                hasResult = results.MoveNext();
            }
            catch (Exception e) when (IsOfRow(e) && _taken.Any(row => row.Row is not null))
            {
                return e;
            }
            AnswerUnreadable();
            if (!hasResult)
                return null;
            if (!_taken.TryDequeue(out _))
                throw OtherRows();
            Answer(new(results.Current, Failure: null));
        }
    }

    /// <summary>Answers the rows whose turn has come that no pipeline can take.</summary>
    private void AnswerUnreadable()
    {
        while (_taken.TryPeek(out InputRow row) && row.Row is null)
        {
            _taken.Dequeue();
            Answer(new(Row: null, row.Failure));
        }
    }

    private void AnswerAlone(Exception failure)
    {
        bool isFound = false;
        while (_taken.TryDequeue(out InputRow taken))
        {
            AnsweredRow answer = taken.Row is AnnotationRow row ? AnswerOf(row) : new(Row: null, taken.Failure);
            isFound |= taken.Row is not null && answer.Failure is not null;
            Answer(answer);
        }
        if (!isFound)
            throw StreamException.OfRow("the pipeline fails on rows together, and on none alone", failure.Message);
    }

    private AnsweredRow AnswerOf(AnnotationRow row)
    {
        try
        {
            AnnotationRow[] results = [.. Transform([row])];
            return results.Length == 1 ? new(results[0], Failure: null) : throw OtherRows();
        }
        catch (Exception e) when (IsOfRow(e))
        {
            return new(Row: null, e.Message);
        }
    }

    private IEnumerable<AnnotationRow> Transform(IEnumerable<AnnotationRow> rows) =>
        _pipeline.Transform(new AnnotationFrame(_columns, rows), _reader.Stopped).Rows;

    private void Answer(AnsweredRow row)
    {
        if (row.Failure is not null)
        {
            _counts.RowFailed();
            if (_request.OnError == RowFailure.Fail)
                throw StreamException.OfRow($"row {_request.FirstRow + _answered} of the partition", row.Failure);
        }
        WriteEmpty();
        _pending.Add(row);
        _pendingBytes += _answer.VectorBytes(row);
        _answered++;
        RecordBatch batch = _batches.Peek();
        bool isLast = _written + _pending.Count == batch.Length;
        if (!isLast && _pendingBytes < MostVectorBytes)
            return;
        RecordBatch part = _written == 0 && isLast ? batch : batch.Slice(_written, _pending.Count);
        Write(part);
        _written = isLast ? 0 : _written + _pending.Count;
        if (isLast)
            _batches.Dequeue();
        _pending.Clear();
        _pendingBytes = 0;
    }

    private void WriteEmpty()
    {
        while (_batches.TryPeek(out RecordBatch? batch) && batch.Length == 0)
        {
            Write(batch);
            _batches.Dequeue();
        }
    }

    private void Write(RecordBatch part)
    {
        RecordBatch answer = new(_schema, [.. part.Arrays, .. _answer.Arrays(_pending)], part.Length);
        _write(answer);
        // The library's writer refers to a batch's memory alone, which the end of the batch would give back while it is written.
        GC.KeepAlive(answer);
        _counts.BatchAnswered(part.Length);
    }

    // The source goes on where it was when the pipeline failed.
    private IEnumerable<AnnotationRow> Taken(IEnumerator<InputRow> source)
    {
        while (source.MoveNext())
        {
            _taken.Enqueue(source.Current);
            if (source.Current.Row is AnnotationRow row)
                yield return row;
        }
    }

    private IEnumerable<InputRow> Rows()
    {
        foreach (RecordBatch batch in _reader.Batches())
        {
            _batches.Enqueue(batch);
            (FrameColumn, IArrowArray)[] arrays = StreamColumns.Of(batch, _columns);
            for (int i = 0; i < batch.Length; i++)
                yield return Row(arrays, i);
        }
    }

    private static InputRow Row((FrameColumn, IArrowArray)[] columns, int index)
    {
        try
        {
            return new(StreamColumns.Row(columns, index), Failure: null);
        }
        catch (DecoderFallbackException e)
        {
            return new(Row: null, e.Message);
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or InvalidCastException or InvalidOperationException or NullReferenceException)
        {
            throw new StreamException($"the input's row {index} of a batch is damaged: {e.Message}");
        }
    }

    // What is wrong with the stream, or with this process, no row is to blame for.
    private static bool IsOfRow(Exception e) =>
        e is not (StreamException or OperationCanceledException or ObjectDisposedException or OutOfMemoryException);

    private static StreamException OtherRows() =>
        new("the pipeline does not make one row of each, as explodeSentences does: a stream's rows keep their number");
}
