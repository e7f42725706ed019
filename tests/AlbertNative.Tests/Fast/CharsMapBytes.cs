using System.Buffers.Binary;

namespace AlbertNative.Tests.Fast;

/// <summary>Makes a <c>precompiled_charsmap</c>: a double array that gives each node 256 units of its own.</summary>
internal static class CharsMapBytes
{
    private const int Block = 256;

    public static byte[] Make(params ReadOnlySpan<(string From, string To)> entries)
    {
        List<uint> units = [.. new uint[Block]];
        List<byte> replacements = [];
        // The root's own unit is the first; its children are in the next block.
        Dictionary<string, int> blocks = new() { [""] = AddBlock(units) };
        units[0] = UnitOf(0, 0, blocks[""]);
        foreach ((string from, string to) in entries)
        {
            byte[] key = System.Text.Encoding.UTF8.GetBytes(from);
            string prefix = "";
            for (int i = 0; i < key.Length; i++)
            {
                int place = blocks[prefix] + key[i];
                prefix += (char)key[i];
                if (!blocks.TryGetValue(prefix, out int children))
                {
                    blocks[prefix] = children = AddBlock(units);
                    units[place] = UnitOf(place, key[i], children);
                }
                if (i < key.Length - 1)
                    continue;
                units[place] |= 1u << 8;
                units[children] = (1u << 31) | (uint)replacements.Count;
            }
            replacements.AddRange(System.Text.Encoding.UTF8.GetBytes(to));
            replacements.Add(0);
        }
        byte[] blob = new byte[4 + units.Count * 4 + replacements.Count];
        BinaryPrimitives.WriteUInt32LittleEndian(blob, (uint)units.Count * 4);
        for (int i = 0; i < units.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(4 + i * 4), units[i]);
        replacements.CopyTo(blob, 4 + units.Count * 4);
        return blob;
    }

    /// <summary>A <c>Precompiled</c> normalizer with the map.</summary>
    public static string Normalizer(params ReadOnlySpan<(string From, string To)> entries) =>
        $$"""{"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(Make(entries))}}"}""";

    private static int AddBlock(List<uint> units)
    {
        units.AddRange(new uint[Block]);
        return units.Count - Block;
    }

    private static uint UnitOf(int place, byte label, int children) => label | ((uint)(place ^ children) << 10);
}
