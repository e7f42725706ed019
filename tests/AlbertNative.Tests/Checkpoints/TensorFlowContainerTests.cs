using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Checkpoints;

public sealed class TensorFlowContainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Write(byte[] index, ReadOnlySpan<byte> data)
    {
        _folder.Write("m.data-00000-of-00001", data);
        return _folder.Write("m.index", index);
    }

    private void AssertRefused(string message, byte[] index, ReadOnlySpan<byte> data = default)
    {
        long length = index.Length + data.Length;
        Assert.Contains(message, HostileFile.AssertRefused(Write(index, data), length).Message);
    }

    [Fact]
    public void The_checksum_is_Castagnolis()
    {
        uint state = MaskedCrc32C.Append(MaskedCrc32C.Start, "123456789"u8);
        Assert.Equal(0xE3069283, ~state);
        Assert.Equal(unchecked(((0xE3069283u >> 15) | (0xE3069283u << 17)) + 0xA282EAD8), MaskedCrc32C.Finish(state));
        Assert.Equal(state, MaskedCrc32C.Append(MaskedCrc32C.Append(MaskedCrc32C.Start, "123"u8), "456789"u8));
    }

    [Theory]
    [InlineData("00", "")]
    [InlineData("03 08 616263", "abc")]
    [InlineData("0A 04 6162 1E 0200", "ababababab")]
    [InlineData("09 08 616263 09 03", "abcabcabc")]
    [InlineData("06 08 616263 09 03", null)]
    [InlineData("05 00 61 01 02", null)]
    [InlineData("05 00 61 01 00", null)]
    [InlineData("02 04 61", null)]
    [InlineData("02 00 61", null)]
    [InlineData("01 F4", null)]
    [InlineData("01 FC FFFFFF", null)]
    [InlineData("01 FC FFFFFFFF", null)]
    [InlineData("FFFFFFFFFF0F 00 61", null)]
    [InlineData("", null)]
    public void Snappy_is_read_and_checked(string hexadecimal, string? text)
    {
        byte[] block = Convert.FromHexString(hexadecimal.Replace(" ", "", StringComparison.Ordinal));
        bool isValid = SnappyBlock.TryReadLength(block, out int length);
        byte[] destination = new byte[isValid ? length : 0];
        isValid = isValid && SnappyBlock.TryDecompress(block, destination);
        Assert.Equal(text is not null, isValid);
        if (isValid)
            Assert.Equal(text, Encoding.ASCII.GetString(destination));
    }

    [Fact]
    public void Snappy_lengths_of_every_kind_are_read()
    {
        byte[] literal = new byte[300];
        new Random(1).NextBytes(literal);
        // 300 bytes with a length of two bytes; 64 from 300 before with an offset of two bytes, 10 from there with four.
        byte[] block = [.. TensorFlowTable.Varint(374), 61 << 2, 299 & 255, 299 >> 8, .. literal, (63 << 2) | 2, 300 & 255, 300 >> 8, (9 << 2) | 3, 44, 1, 0, 0];
        Assert.True(SnappyBlock.TryReadLength(block, out int length));
        byte[] destination = new byte[length];
        Assert.True(SnappyBlock.TryDecompress(block, destination));
        Assert.Equal([.. literal, .. literal[..74]], destination);
    }

    [Theory]
    [InlineData("a", 0, 2, "00 61 0001 0101 80 82")]
    [InlineData("a", 63, 64, "00 61 0001 0101 BF C040")]
    [InlineData("a", 6667, 13334, "00 61 0001 0101 DA0B E03416")]
    [InlineData("a", 0, -1, "00 61 0001 0101 80 7F")]
    [InlineData("a\0", 1048575, 1048576, "00 61 00FF 0001 0101 EFFFFF F0100000")]
    public void The_key_of_a_part_is_TensorFlows(string name, long start, long length, string key) => Assert.Equal(
        key.Replace(" ", "", StringComparison.Ordinal),
        Convert.ToHexString(Encoding.Latin1.GetBytes(SliceKey.Of(name, new BundleSlice([start], [length])))));

    [Fact]
    public void A_checkpoint_written_by_hand_is_read()
    {
        byte[] data = SafetensorsFile.Floats(1, 2, 3);
        string path = Write(TensorFlowTable.Index(
            (TensorFlowTable.Name("a"), TensorFlowTable.Entry([2], 0, data.AsSpan(0, 8))),
            (TensorFlowTable.Name("empty"), TensorFlowTable.Entry([0, 5], 8, [])),
            (TensorFlowTable.Name("scalar"), TensorFlowTable.Entry([], 8, data.AsSpan(8, 4)))), data);
        using Checkpoint checkpoint = Checkpoint.Open(path);
        Assert.Equal(["a F32 [2]", "empty F32 [0, 5]", "scalar F32 []"], checkpoint.Tensors.Select(t => t.ToString()));
        Assert.Equal([1f, 2], CheckpointComparison.Floats(checkpoint.Tensors[0]));
        Assert.Equal([3f], CheckpointComparison.Floats(checkpoint.Tensors[2]));
    }

    /// <summary>[2, 3] of 1 to 6, its columns in parts of two and one.</summary>
    [Fact]
    public void Parts_along_any_dimension_are_put_together()
    {
        byte[] data = SafetensorsFile.Floats(1, 2, 4, 5, 3, 6);
        byte[] left = [0x0A, 0, 0x0A, 2, 0x10, 2];
        byte[] right = [0x0A, 0, 0x0A, 4, 0x08, 2, 0x10, 1];
        byte[] whole = [0x08, 1, 0x12, 8, 0x12, 2, 0x08, 2, 0x12, 2, 0x08, 3, .. TensorFlowTable.Message(7, right), .. TensorFlowTable.Message(7, left)];
        string path = Write(TensorFlowTable.Index(
            (Key(0, 2), TensorFlowTable.Entry([2, 2], 0, data.AsSpan(0, 16))),
            (Key(2, 1), TensorFlowTable.Entry([2, 1], 16, data.AsSpan(16, 8))),
            (TensorFlowTable.Name("w"), whole)), data);
        Checkpoint checkpoint = Checkpoint.Open(path);
        CheckpointTensor tensor = Assert.Single(checkpoint.Tensors);
        Assert.Equal("w F32 [2, 3]", tensor.ToString());
        Assert.Equal([1f, 2, 3, 4, 5, 6], CheckpointComparison.Floats(tensor));
        Assert.Equal([1f, 4, 2, 5, 3, 6], CheckpointComparison.Floats(tensor.Transpose("t")));
        checkpoint.Dispose();
        Assert.Throws<ObjectDisposedException>(() => CheckpointComparison.Floats(tensor));

        AssertRefused("part of no variable", TensorFlowTable.Index((Key(0, 2), TensorFlowTable.Entry([2, 2], 0, data.AsSpan(0, 16)))), data);
        AssertRefused("which begins at [0, 0], is not there", TensorFlowTable.Index(
            (Key(2, 1), TensorFlowTable.Entry([2, 1], 16, data.AsSpan(16, 8))), (TensorFlowTable.Name("w"), whole)), data);
        AssertRefused("is F32 [1, 2], expected F32 [2, 1]", TensorFlowTable.Index(
            (Key(0, 2), TensorFlowTable.Entry([2, 2], 0, data.AsSpan(0, 16))),
            (Key(2, 1), TensorFlowTable.Entry([1, 2], 16, data.AsSpan(16, 8))),
            (TensorFlowTable.Name("w"), whole)), data);

        static byte[] Key(long start, long length) => Encoding.Latin1.GetBytes(SliceKey.Of("w", new BundleSlice([0, start], [-1, length])));
    }

    [Fact]
    public void Names_that_would_speak_to_the_terminal_are_shown() => AssertRefused("tensor 'a\\u001B[2J\\u009B'",
        TensorFlowTable.Index((TensorFlowTable.Name("a\u001B[2J\u009B"), TensorFlowTable.Entry([3], 0, [1, 2, 3, 4]))), [1, 2, 3, 4]);

    [Fact]
    public void Hostile_indexes_are_refused_without_much_memory()
    {
        // Tensors without elements, whose names of 4,000 bytes differ in the last five.
        byte[] empty = TensorFlowTable.Entry([0], 0, []);
        string prefix = new('n', 4000);
        (byte[], byte[])[] entries = [.. Enumerable.Range(10_000, 20_000).Select(i => (TensorFlowTable.Name($"{prefix}{i}"), empty))];
        AssertRefused("describes more objects", TensorFlowTable.Index(entries));
        AssertRefused("more than 64 dimensions", TensorFlowTable.Index(
            (TensorFlowTable.Name("a"), TensorFlowTable.Entry([.. Enumerable.Repeat(1L, 100_000)], 0, []))));
        byte[] slices = [0x08, 1, .. Enumerable.Repeat((byte[])[0x3A, 0], 1_000_000).SelectMany(s => s)];
        AssertRefused("describes more objects", TensorFlowTable.Index((TensorFlowTable.Name("a"), slices)));
        AssertRefused("compression 2", TensorFlowTable.Table([0, 0, 0, 0, 1, 0, 0, 0], compression: 2));
        AssertRefused("not valid Snappy", TensorFlowTable.Table([200, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], compression: 1));
        AssertRefused("longer than 8192 bytes", TensorFlowTable.Index((new byte[9000], empty)));
        AssertRefused("has no header", TensorFlowTable.Table(TensorFlowTable.Block()));
        AssertRefused("first restart", TensorFlowTable.Table([0, 1, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0]));
        AssertRefused("restarts where no entries begin", TensorFlowTable.Table([0, 0, 6, 0x08, 1, 0x1A, 2, 0x08, 1, 0, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0]));
    }
}
