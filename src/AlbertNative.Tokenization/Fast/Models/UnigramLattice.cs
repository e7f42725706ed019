namespace AlbertNative.Tokenization.Fast.Models;

/// <summary>
/// The best path to each position of a word. Scratch: grows, is reused, one thread at a time.
/// </summary>
internal sealed class UnigramLattice
{
    private Node[] _nodes = new Node[64];

    /// <summary>The best path that ends at a position.</summary>
    /// <param name="Score">The sum of its pieces' scores.</param>
    /// <param name="Start">Where its last piece starts, or -1 where no path ends here.</param>
    /// <param name="Id">Its last piece.</param>
    internal readonly record struct Node(double Score, int Start, int Id);

    /// <summary>The positions there is room for.</summary>
    public int Capacity => _nodes.Length;

    /// <summary><paramref name="count"/> positions that no path has reached, save the first, which costs nothing.</summary>
    public Span<Node> Reset(int count)
    {
        if (_nodes.Length < count)
            _nodes = new Node[Math.Max(count, (int)Math.Min(count * 2L, Array.MaxLength))];
        Span<Node> nodes = _nodes.AsSpan(0, count);
        nodes.Fill(new Node(0, -1, -1));
        return nodes;
    }
}
