using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace AlbertNative.Spark;

/// <summary>
/// Reads record batches ahead of whoever works on them, at most two. It notices at once when their writer has gone, and cancels
/// the work.
/// </summary>
internal sealed class BatchReader : IDisposable
{
    private const int BatchesAhead = 2;

    private readonly EndMarkStream _stream;
    private readonly ArrowStreamReader _reader;
    private readonly BlockingCollection<RecordBatch> _arrived = new(BatchesAhead);
    private readonly CancellationTokenSource _stop;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Reads the schema.</summary>
    /// <exception cref="StreamException">It is no Arrow stream.</exception>
    public BatchReader(Stream stream, CancellationToken cancellationToken)
    {
        _stream = new(stream);
        _reader = new(_stream, leaveOpen: true);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Schema = Reading(() => _reader.Schema) ?? throw new StreamException("the input ended before an Arrow stream's schema");
    }

    public Schema Schema { get; }

    /// <summary>Cancelled when the writer has gone, or the stream is damaged.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>The batches in their order.</summary>
    /// <exception cref="StreamException">The stream is damaged, or stopped before its end.</exception>
    public IEnumerable<RecordBatch> Batches()
    {
        // A read from a pipe cannot be cancelled, so the thread may outlive the work; it holds a batch or two.
        Thread thread = new(ReadAll) { IsBackground = true, Name = "arrow input" };
        thread.Start();
        foreach (RecordBatch batch in _arrived.GetConsumingEnumerable())
            yield return batch;
        ThrowFailure();
    }

    /// <summary>Throws what the stream failed with, which matters more than that the work was cancelled.</summary>
    public void ThrowFailure() => _failure?.Throw();

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    // The work may have ended, and this with it, while the thread was still reading.
    private void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Nobody is left to be told.
        }
    }

    private void ReadAll()
    {
        try
        {
            while (Reading(_reader.ReadNextRecordBatch) is RecordBatch batch)
                _arrived.Add(batch, _stop.Token);
            if (!_stream.HasEnded)
                throw new StreamException("the input stopped before the end of the Arrow stream: its writer has gone");
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Whoever worked on the batches is done.
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            Stop();
        }
        finally
        {
            _arrived.CompleteAdding();
        }
    }

    // The library takes damaged bytes for all kinds of faults.
    private static T? Reading<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException or StreamException))
        {
            throw new StreamException($"the input is no whole Arrow stream, or uses what is not supported: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
