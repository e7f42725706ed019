namespace AlbertNative.Cli;

/// <summary>
/// Reads texts, computes, writes results: in input order, streaming, and with one way to deal with a bad line.
/// </summary>
internal sealed class TextRun<TItem, TResult>(
    InputSource source,
    TextWork<TItem, TResult> work,
    bool isJson,
    IResultWriter<TItem, TResult> writer,
    ErrorPolicy onError,
    RunProgress progress)
{
    // Enough for any batch of short texts to fill up; small enough that results keep coming.
    private const int GroupLines = 256;

    /// <summary>Lines left out so far.</summary>
    public long Skipped { get; private set; }

    /// <summary>Runs to the end of the input.</summary>
    /// <exception cref="BadInputException">A bad line, where those stop the run; all results before it are written.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        foreach (IReadOnlyList<InputLine> group in source.Groups(GroupLines, cancellationToken))
        {
            try
            {
                RunGroup(group, cancellationToken);
            }
            finally
            {
                writer.Flush();
            }
            progress.Report(group[^1].Number, group[^1].End);
        }
        writer.Complete();
    }

    // A line that cannot be read comes in its turn too, after the results of those before it.
    private void RunGroup(IReadOnlyList<InputLine> group, CancellationToken cancellationToken)
    {
        List<(InputLine Line, TItem Item, JsonRecord? Record)> readable = [];
        foreach (InputLine line in group)
        {
            try
            {
                (TItem item, JsonRecord? record) = work.Parse(line, isJson);
                readable.Add((line, item, record));
            }
            catch (Exception e) when (IsBadInput(e))
            {
                ComputeAll(readable, cancellationToken);
                readable.Clear();
                Reject(line, e);
            }
        }
        ComputeAll(readable, cancellationToken);
    }

    private void ComputeAll(List<(InputLine Line, TItem Item, JsonRecord? Record)> readable, CancellationToken cancellationToken)
    {
        int done = 0;
        while (done < readable.Count)
        {
            try
            {
                foreach (TResult result in work.Compute(readable.Skip(done).Select(r => r.Item), cancellationToken))
                {
                    writer.Write(readable[done].Item, result, readable[done].Record);
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
        string message = $"{source.Name(line.Number)}: {OneLine.Of(e)}";
        if (onError == ErrorPolicy.Stop)
            throw new BadInputException(message);
        Skipped++;
        progress.Warn(message);
    }
}
