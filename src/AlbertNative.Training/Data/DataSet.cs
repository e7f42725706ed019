using System.Collections;

namespace AlbertNative.Training;

/// <summary>The examples of one file.</summary>
/// <typeparam name="T">What one example is.</typeparam>
public sealed class DataSet<T> : IReadOnlyList<T>
{
    private readonly IReadOnlyList<T> _examples;

    internal DataSet(DataText file, IReadOnlyList<T> examples, IReadOnlyList<string>? notes = null)
    {
        Path = file.Path;
        Sha256 = file.Sha256;
        Notes = notes ?? [];
        _examples = examples;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The digest of the file's bytes, in lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>What was understood in a way that its writer might not expect, each a sentence.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The number of examples.</summary>
    public int Count => _examples.Count;

    /// <summary>The example at this index, in the file's order.</summary>
    public T this[int index] => _examples[index];

    /// <summary>The examples in the file's order.</summary>
    public IEnumerator<T> GetEnumerator() => _examples.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
