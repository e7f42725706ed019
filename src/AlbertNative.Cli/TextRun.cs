namespace AlbertNative.Cli;

/// <summary>
/// Reads texts, computes, writes results: in input order, streaming, and with one way to deal with a bad line.
/// </summary>
internal sealed class TextRun<TItem, TResult>
{
    // Enough for any batch of short texts to fill up; small enough that results keep coming.
    private const int GroupLines = 256;

    public required InputSource Source { get; init; }

    public required InputFormat<TItem> Format { get; init; }

    /// <summary>
    /// Results for the items, in their order and lazily: for an item that cannot be computed it throws when that
    /// item's result is asked for, and not before.
    /// </summary>
    public required Func<IEnumerable<TItem>, CancellationToken, IEnumerable<TResult>> Compute { get; init; }

    public required IResultWriter<TItem, TResult> Writer { get; init; }

    public required ErrorPolicy OnError { get; init; }

    public required RunProgress Progress { get; init; }

    /// <summary>Lines left out so far.</summary>
    public long Skipped { get; private set; }

    /// <summary>Runs to the end of the input.</summary>
    /// <exception cref="BadInputException">A bad line, where those stop the run; all results before it are written.</exception>
    public void Run(CancellationToken cancellation)
    {
        foreach (IReadOnlyList<InputLine> group in Source.Groups(GroupLines, cancellation))
        {
            try
            {
                RunGroup(group, cancellation);
            }
            finally
            {
                Writer.Flush();
            }
            Progress.Report(group[^1]);
        }
        Writer.Complete();
    }

    // A line that cannot be read comes in its turn too, after the results of those before it.
    private void RunGroup(IReadOnlyList<InputLine> group, CancellationToken cancellation)
    {
        List<(InputLine Line, TItem Item, JsonRecord? Record)> readable = [];
        foreach (InputLine line in group)
        {
            try
            {
                (TItem item, JsonRecord? record) = Format.Parse(line);
                readable.Add((line, item, record));
            }
            catch (Exception e) when (IsBadInput(e))
            {
                ComputeAll(readable, cancellation);
                readable.Clear();
                Reject(line, e);
            }
        }
        ComputeAll(readable, cancellation);
    }

    private void ComputeAll(List<(InputLine Line, TItem Item, JsonRecord? Record)> readable, CancellationToken cancellation)
    {
        int done = 0;
        while (done < readable.Count)
        {
            try
            {
                foreach (TResult result in Compute(readable.Skip(done).Select(r => r.Item), cancellation))
                {
                    Writer.Write(readable[done].Item, result, readable[done].Record);
                    done++;
                }
            }
            catch (Exception e) when (IsBadInput(e))
            {
                Reject(readable[done].Line, e);
                done++;
            }
        }
    }

    // The library says what is wrong with a text by ArgumentException: too long, no mask, no such id.
    private static bool IsBadInput(Exception e) => e is BadInputException or ArgumentException;

    private void Reject(InputLine line, Exception e)
    {
        string message = $"{Source.Name(line.Number)}: {OneLine.Of(e)}";
        if (OnError == ErrorPolicy.Stop)
            throw new BadInputException(message);
        Skipped++;
        Progress.Warn(message);
    }
}
