namespace AlbertNative.Cli;

/// <summary>Texts and their vectors as an index that can be searched.</summary>
internal sealed class IndexResultWriter(VectorIndexWriter index, CancellationToken cancellationToken) : IResultWriter<string, float[]>
{
    public void Write(string item, float[] result, JsonRecord? record) => index.Add(item, result);

    public void Flush()
    {
        // The file appears when it is complete.
    }

    public void Complete()
    {
        if (index.Count == 0)
            throw new BadInputException("there is no text to index");
        index.Complete(cancellationToken);
    }

    public void Dispose() => index.Dispose();
}
