using System.Collections;

namespace AlbertNative.Training;

/// <summary>The examples of one file.</summary>
/// <typeparam name="T">What one example is.</typeparam>
public sealed class DataSet<T> : IReadOnlyList<T>
{
    private readonly IReadOnlyList<T> _examples;

    private DataSet(DataSet<T> whole, IReadOnlyList<T> examples)
    {
        (Path, Sha256, Notes) = (whole.Path, whole.Sha256, whole.Notes);
        _examples = examples;
    }

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

    /// <summary>
    /// Divides the examples at random, always the same way for a seed: a share of each stratum, at least one where it has two,
    /// becomes the second part. Both parts keep the file's order.
    /// </summary>
    /// <param name="share">The second part's share, above 0 and below 1.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="stratum">What an example is counted under, such as its label.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    /// <exception cref="DataFormatException">There are too few examples to be divided.</exception>
    public (DataSet<T> Remaining, DataSet<T> Part) Split(double share, long seed, Func<T, string> stratum)
    {
        ArgumentNullException.ThrowIfNull(stratum);
        if (!(share is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "expected a share between 0 and 1");
        bool[] taken = new bool[Count];
        int[] order = ExampleOrder.Permutation(Count, unchecked((ulong)seed));
        foreach (IGrouping<string, int> group in order.GroupBy(example => stratum(this[example]), StringComparer.Ordinal))
        {
            int[] members = [.. group];
            int wanted = Math.Max(1, (int)Math.Round(share * members.Length));
            foreach (int example in members.Length == 1 ? [] : members.Take(Math.Min(wanted, members.Length - 1)))
                taken[example] = true;
        }
        DataSet<T> part = new(this, [.. this.Where((_, example) => taken[example])]), remaining = new(this, [.. this.Where((_, example) => !taken[example])]);
        return part.Count > 0 ? (remaining, part) : throw new DataFormatException(Path, 0, null, $"{Count} {(Count == 1 ? "example is" : "examples are")} too few to be divided");
    }

    /// <summary>The examples in the file's order.</summary>
    public IEnumerator<T> GetEnumerator() => _examples.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
