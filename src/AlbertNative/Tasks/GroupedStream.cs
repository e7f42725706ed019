namespace AlbertNative;

/// <summary>Items that belong together in groups, through something that takes and gives a stream of items.</summary>
internal static class GroupedStream
{
    /// <summary>
    /// The results of each group's items: lazily, in order, as many groups in one pass as <paramref name="run"/> reads ahead. It
    /// gives a result for each item in its turn; where it throws, the groups before have been answered.
    /// </summary>
    public static IEnumerable<(TGroup Group, TResult[] Results)> Run<TGroup, TItem, TResult>(
        IEnumerable<TGroup> groups, Func<TGroup, IReadOnlyList<TItem>> itemsOf, Func<IEnumerable<TItem>, IEnumerable<TResult>> run)
    {
        // What has been read ahead, and not been answered yet.
        Queue<(TGroup Group, int Count)> pending = new();
        List<TResult> results = [];
        foreach (TResult result in run(Items()))
        {
            while (pending.Peek().Count == 0)
                yield return (pending.Dequeue().Group, []);
            results.Add(result);
            if (results.Count < pending.Peek().Count)
                continue;
            yield return (pending.Dequeue().Group, [.. results]);
            results.Clear();
        }
        // Only those without an item are left.
        while (pending.TryDequeue(out (TGroup Group, int Count) empty))
            yield return (empty.Group, []);

        IEnumerable<TItem> Items()
        {
            foreach (TGroup group in groups)
            {
                IReadOnlyList<TItem> items = itemsOf(group);
                pending.Enqueue((group, items.Count));
                foreach (TItem item in items)
                    yield return item;
            }
        }
    }
}
