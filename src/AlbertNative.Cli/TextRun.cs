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

    private void RunGroup(IReadOnlyList<InputLine> group, CancellationToken cancellationToken)
    {
        JsonRecord?[] records = new JsonRecord?[group.Count];
        ItemsInOrder<TItem, TResult> items = new(
            Read: i =>
            {
                (TItem item, records[i]) = work.Parse(group[i], isJson);
                return item;
            },
            Compute: items => work.Compute(items, cancellationToken),
            Write: (i, item, result) => writer.Write(item, result, records[i]),
            Reject: (i, e) => Reject(group[i], e));
        items.Run(group.Count);
    }

    private void Reject(InputLine line, Exception e)
    {
        string message = $"{source.Name(line.Number)}: {OneLine.Of(e)}";
        if (onError == ErrorPolicy.Stop)
            throw new BadInputException(message);
        Skipped++;
        progress.Warn(message);
    }
}
