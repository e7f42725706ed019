namespace AlbertNative.Checkpoints;

/// <summary>The stack of the pickle machine; what lies below the last mark cannot be reached before the mark is gone.</summary>
internal sealed class PickleStack(AllocationBudget budget)
{
    private object?[] _items = new object?[64];
    private int[] _marks = new int[16];
    private int _count;
    private int _markCount;

    public bool IsEmpty => _count == 0 && _markCount == 0;

    public void Push(object? item)
    {
        if (_count == _items.Length)
            Grow(ref _items, sizeof(long));
        _items[_count++] = item;
    }

    public void Mark()
    {
        if (_markCount == _marks.Length)
            Grow(ref _marks, sizeof(int));
        _marks[_markCount++] = _count;
    }

    public bool TryPeek(out object? item)
    {
        bool any = _count > Floor;
        item = any ? _items[_count - 1] : null;
        return any;
    }

    public bool TryPop(out object? item)
    {
        bool any = TryPeek(out item);
        if (any)
            _items[--_count] = null;
        return any;
    }

    /// <summary>The last <paramref name="count"/> items in the order they were pushed; null where there are fewer.</summary>
    public object?[]? PopItems(int count)
    {
        if (_count - Floor < count)
            return null;
        budget.ChargeArray(count);
        object?[] items = _items[(_count - count).._count];
        _count -= count;
        Array.Clear(_items, _count, count);
        return items;
    }

    /// <summary>The items above the last mark, which goes as well; null where there is no mark.</summary>
    public object?[]? PopToMark()
    {
        if (_markCount == 0)
            return null;
        object?[]? items = PopItems(_count - Floor);
        _markCount--;
        return items;
    }

    private int Floor => _markCount == 0 ? 0 : _marks[_markCount - 1];

    private void Grow<T>(ref T[] array, int size)
    {
        budget.Charge(24 + (2L * array.Length * size));
        Array.Resize(ref array, 2 * array.Length);
    }
}
