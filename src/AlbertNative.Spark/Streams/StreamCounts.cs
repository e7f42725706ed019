namespace AlbertNative.Spark;

/// <summary>How much has been answered, of one stream or of all streams of a process. Any number of threads may count.</summary>
/// <param name="all">What also counts what is counted here; null for nothing.</param>
internal sealed class StreamCounts(StreamCounts? all = null)
{
    private long _batches;
    private long _rows;
    private long _failedRows;
    private long _failedStreams;

    /// <summary>Whose stream it is; null where that is not known, or of all streams.</summary>
    public string? Task { get; set; }

    /// <summary>Batches that were written.</summary>
    public long Batches => Interlocked.Read(ref _batches);

    /// <summary>Rows in them.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Rows on which a pipeline failed.</summary>
    public long FailedRows => Interlocked.Read(ref _failedRows);

    /// <summary>Streams that were refused, or failed.</summary>
    public long FailedStreams => Interlocked.Read(ref _failedStreams);

    /// <summary>Counts a batch.</summary>
    public void BatchAnswered(int rows)
    {
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _rows, rows);
        all?.BatchAnswered(rows);
    }

    /// <summary>Counts a row.</summary>
    public void RowFailed()
    {
        Interlocked.Increment(ref _failedRows);
        all?.RowFailed();
    }

    /// <summary>Counts a stream.</summary>
    public void StreamFailed()
    {
        Interlocked.Increment(ref _failedStreams);
        all?.StreamFailed();
    }
}
