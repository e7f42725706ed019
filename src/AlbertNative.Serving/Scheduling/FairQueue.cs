namespace AlbertNative.Serving;

/// <summary>One of those that share something by <see cref="FairQueue{TNode}"/>.</summary>
internal abstract class FairNode
{
    /// <summary>The virtual time at which its next piece begins.</summary>
    public double Start { get; set; }

    /// <summary>Which of several with the same time goes first: whoever came first.</summary>
    public long Order { get; set; }

    /// <summary>Its share beside others.</summary>
    public virtual double Weight => 1;
}

/// <summary>
/// Start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996): whoever has got least by its share goes next, so that everyone
/// who waits gets its share whatever the others ask for, and nobody saves up a share while it asks for nothing.
/// </summary>
internal sealed class FairQueue<TNode>
    where TNode : FairNode
{
    private static readonly Comparer<TNode> ByStart = Comparer<TNode>.Create(static (a, b) =>
    {
        int order = a.Start.CompareTo(b.Start);
        return order != 0 ? order : a.Order.CompareTo(b.Order);
    });

    private readonly SortedSet<TNode> _waiting = new(ByStart);
    private long _entered;

    /// <summary>The virtual time: where the piece that was taken last began.</summary>
    public double Time { get; private set; }

    public int Count => _waiting.Count;

    /// <summary>Whoever is next; null where nobody waits.</summary>
    public TNode? First => _waiting.Min;

    /// <summary>All that wait, next first.</summary>
    public IEnumerable<TNode> Waiting => _waiting;

    /// <summary>Begins to wait.</summary>
    public void Enter(TNode node)
    {
        node.Start = Math.Max(Time, node.Start);
        node.Order = _entered++;
        _waiting.Add(node);
    }

    /// <summary>Takes a piece for whoever waits, which goes on waiting for the next.</summary>
    public void Charge(TNode node, double cost)
    {
        bool waits = _waiting.Remove(node);
        Time = Math.Max(Time, node.Start);
        node.Start += cost / node.Weight;
        if (waits)
            _waiting.Add(node);
    }

    /// <summary>Ends waiting; what the node has had stays with it.</summary>
    public void Leave(TNode node) => _waiting.Remove(node);
}
