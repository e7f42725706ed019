namespace AlbertNative.UnicodeTables;

/// <summary>
/// A value for every code point in two arrays: the blocks that differ, and which of them each stretch of code points
/// uses. <c>value = Values[(Blocks[c >> Shift] &lt;&lt; Shift) | (c &amp; mask)]</c>.
/// </summary>
internal sealed class TwoStageTable
{
    private TwoStageTable(int shift, int[] blocks, int[] values) => (Shift, Blocks, Values) = (shift, blocks, values);

    /// <summary>The base-2 logarithm of the block length.</summary>
    public int Shift { get; }

    /// <summary>The block of each stretch.</summary>
    public int[] Blocks { get; }

    /// <summary>The blocks, one after the other.</summary>
    public int[] Values { get; }

    /// <summary>The narrowest type that holds the blocks' numbers.</summary>
    public string BlockType => NarrowestType(Blocks);

    /// <summary>The narrowest type that holds the values.</summary>
    public string ValueType => NarrowestType(Values);

    private int Bytes => (Blocks.Length * Size(BlockType)) + (Values.Length * Size(ValueType));

    /// <summary>The smallest table over all block lengths.</summary>
    public static TwoStageTable Build(int[] values) =>
        Enumerable.Range(4, 6).Select(shift => Build(values, shift)).MinBy(table => table.Bytes)!;

    private static TwoStageTable Build(int[] values, int shift)
    {
        int length = 1 << shift;
        List<int> distinct = [];
        int[] blocks = new int[values.Length / length];
        Dictionary<string, int> known = [];
        for (int i = 0; i < blocks.Length; i++)
        {
            ReadOnlySpan<int> block = values.AsSpan(i * length, length);
            string key = string.Join(',', block.ToArray());
            if (!known.TryGetValue(key, out blocks[i]))
            {
                known.Add(key, blocks[i] = known.Count);
                distinct.AddRange(block);
            }
        }
        return new(shift, blocks, [.. distinct]);
    }

    private static string NarrowestType(int[] values) =>
        values.Max() switch { <= byte.MaxValue => "byte", <= ushort.MaxValue => "ushort", _ => "uint" };

    private static int Size(string type) => type switch { "byte" => 1, "ushort" => 2, _ => 4 };
}
