namespace AlbertNative.Cli;

/// <summary>Vectors as the rows of a NumPy file.</summary>
internal sealed class NpyResultWriter<TItem>(NpyWriter file) : IResultWriter<TItem, float[]>
{
    public void Write(TItem item, float[] result, JsonRecord? record) => file.Write(result);

    public void Flush()
    {
        // The file appears when it is complete.
    }

    public void Complete() => file.Complete();

    public void Dispose() => file.Dispose();
}
