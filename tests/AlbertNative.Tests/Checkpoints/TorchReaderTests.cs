using System.IO.Compression;
using AlbertNative.Checkpoints;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Checkpoints;

public sealed class TorchReaderTests : IDisposable
{
    private static readonly byte[] SixFloats = SafetensorsFile.Floats(0, 1, 2, 3, 4, 5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private float[] ReadOne(byte[] file)
    {
        using Checkpoint checkpoint = Checkpoint.Open(_folder.Write("pytorch_model.bin", file));
        return CheckpointComparison.Floats(Assert.Single(checkpoint.Tensors));
    }

    [Theory]
    [InlineData(0, new long[] { 2, 3 }, new long[] { 3, 1 }, new float[] { 0, 1, 2, 3, 4, 5 })]
    [InlineData(0, new long[] { 3, 2 }, new long[] { 1, 3 }, new float[] { 0, 3, 1, 4, 2, 5 })]
    [InlineData(1, new long[] { 2, 2 }, new long[] { 3, 1 }, new float[] { 1, 2, 4, 5 })]
    [InlineData(5, new long[0], new long[0], new float[] { 5 })]
    [InlineData(1, new long[] { 3 }, new long[] { 2 }, new float[] { 1, 3, 5 })]
    [InlineData(2, new long[] { 1, 3 }, new long[] { 99, 1 }, new float[] { 2, 3, 4 })]
    [InlineData(4, new long[] { 3 }, new long[] { 0 }, new float[] { 4, 4, 4 })]
    [InlineData(6, new long[] { 0, 7 }, new long[] { 7, 1 }, new float[0])]
    [InlineData(0, new long[] { 2, 1, 3 }, new long[] { 1, 1, 2 }, new float[] { 0, 2, 4, 1, 3, 5 })]
    public void Views_are_read_row_major(long offset, long[] shape, long[] strides, float[] expected)
    {
        byte[] pickle = PickleBytes.OneTensor(6, offset, shape, strides);
        Assert.Equal(expected, ReadOne(TorchFile.Zip(pickle, SixFloats)));
        Assert.Equal(expected, ReadOne(TorchFile.Zip(CompressionLevel.Optimal, ("m/data.pkl", pickle), ("m/data/0", SixFloats))));
        Assert.Equal(expected, ReadOne(TorchFile.Legacy(pickle, TorchFile.Keys("0"), TorchFile.Storage(6, SixFloats))));
    }

    [Fact]
    public void Large_strided_tensors_are_read_from_any_element()
    {
        const int Rows = 300, Columns = 70;
        float[] values = [.. Enumerable.Range(0, Rows * Columns).Select(i => (float)i)];
        byte[] pickle = PickleBytes.OneTensor(values.Length, 0, [Columns, Rows], [1, Columns]);
        using Checkpoint checkpoint = Checkpoint.Open(_folder.Write("x.bin", TorchFile.Zip(pickle, SafetensorsFile.Floats(values))));
        CheckpointTensor tensor = checkpoint.Tensors[0];
        float[] all = CheckpointComparison.Floats(tensor);
        for (int i = 0; i < all.Length; i++)
            Assert.Equal(values[(i % Rows * Columns) + (i / Rows)], all[i]);
        float[] part = new float[Rows + 5];
        tensor.CopyTo(1234, part);
        Assert.Equal(all[1234..(1234 + part.Length)], part);
        Assert.False(tensor.TryGetMemory(out ReadOnlyMemory<float> _));
    }

    [Fact]
    public void Storages_are_shared_and_may_be_views_of_others_in_legacy_files()
    {
        byte[] pickle = new PickleBytes().Dictionary(d =>
        {
            d.Text("a").Tensor(s => s.Storage("0", 6, view: v => v.Op('N')), 4, [2], [1]);
            d.Text("b").Tensor(s => s.Storage("0", 6, view: v => v.Op('(').Text("v").Int(2).Int(3).Op('t')), 1, [2], [1]);
        }).Stop();
        using Checkpoint checkpoint = Checkpoint.Open(
            _folder.Write("x.bin", TorchFile.Legacy(pickle, TorchFile.Keys("0"), TorchFile.Storage(6, SixFloats))));
        Assert.Equal([4f, 5], CheckpointComparison.Floats(checkpoint.Tensors[0]));
        Assert.Equal([3f, 4], CheckpointComparison.Floats(checkpoint.Tensors[1]));
    }

    [Fact]
    public void Big_endian_storages_are_turned_round()
    {
        byte[] bytes = [0x3F, 0x80, 0, 0, 0x40, 0, 0, 0];
        byte[] pickle = PickleBytes.OneTensor(2, 0, [2], [1]);
        (string, byte[])[] entries = [("m/data.pkl", pickle), ("m/byteorder", "big"u8.ToArray()), ("m/data/0", bytes)];
        Assert.Equal([1f, 2f], ReadOne(TorchFile.Zip(CompressionLevel.NoCompression, entries)));
        entries[1] = ("m/byteorder", "little"u8.ToArray());
        Assert.Equal([BitConverter.UInt32BitsToSingle(0x803F), BitConverter.UInt32BitsToSingle(0x40)],
            ReadOne(TorchFile.Zip(CompressionLevel.NoCompression, entries)));
    }

    [Theory]
    [InlineData("state_dict")]
    [InlineData("model")]
    public void A_state_dict_may_be_wrapped(string key)
    {
        byte[] pickle = new PickleBytes().Dictionary(outer => outer.Text("epoch").Int(3).Text(key)
            .Dictionary(d => d.Text("a").Tensor(s => s.Storage("0", 6), 0, [6], [1]))).Stop();
        Assert.Equal([0f, 1, 2, 3, 4, 5], ReadOne(TorchFile.Zip(pickle, SixFloats)));
    }

    [Fact]
    public void Every_opcode_of_old_and_new_pickles_is_read()
    {
        // A Python 2 OrderedDict from pairs, byte strings, floats, None, memo in both widths, a parameter, BUILD.
        byte[] pickle = new PickleBytes()
            .Global("collections", "OrderedDict").Op('r').Raw(0, 1, 0, 0).Op(']', ']', '(', 'U').Raw(1, (byte)'a').Op('q').Raw(7)
            .Global("torch._utils", "_rebuild_parameter")
            .Tensor(s => s.Storage("0", 6), 0, [6], [1]).Raw(0x88).Op('N').Raw(0x87).Op('R').Op('e', 'a').Raw(0x85).Op('R')
            .Dictionary(d => d.Op('h').Raw(7).Op('G').Raw(0, 0, 0, 0, 0, 0, 0, 0)
                .Op('T').Raw(1, 0, 0, 0, (byte)'b').Op('j').Raw(0, 1, 0, 0)
                .Text("c").Op('M').Raw(1, 2).Text("d").Op('J').Raw(255, 255, 255, 255).Text("e").Raw(0x89))
            .Op('b').Stop();
        Assert.Equal([0f, 1, 2, 3, 4, 5], ReadOne(TorchFile.Zip(pickle, SixFloats)));
    }

    [Fact]
    public void All_storage_types_are_read()
    {
        (string Storage, byte[] Bytes, double Value)[] cases =
        [
            ("DoubleStorage", BitConverter.GetBytes(0.5), 0.5), ("HalfStorage", BitConverter.GetBytes((Half)0.5), 0.5),
            ("BFloat16Storage", [0x40, 0x3F], 0.75), ("LongStorage", BitConverter.GetBytes(-5L), -5),
            ("IntStorage", BitConverter.GetBytes(-5), -5), ("ShortStorage", BitConverter.GetBytes((short)-5), -5),
            ("CharStorage", [0xFB], -5), ("ByteStorage", [0xFB], 251), ("BoolStorage", [1], 1),
        ];
        foreach ((string storage, byte[] bytes, double value) in cases)
        {
            byte[] file = TorchFile.Zip(PickleBytes.OneTensor(1, 0, [], [], storage), bytes);
            using Checkpoint checkpoint = Checkpoint.Open(_folder.Write("x.bin", file));
            CheckpointTensor tensor = checkpoint.Tensors[0];
            long[] integer = new long[1];
            if (tensor.Type.IsFloatingPoint)
                Assert.Equal((float)value, CheckpointComparison.Floats(tensor)[0]);
            else
                tensor.CopyTo(integer);
            if (!tensor.Type.IsFloatingPoint)
                Assert.Equal((long)value, integer[0]);
        }
    }

    [Fact]
    public void Inflated_storages_are_gone_after_dispose()
    {
        byte[] pickle = PickleBytes.OneTensor(6, 0, [6], [1]);
        Checkpoint checkpoint = Checkpoint.Open(
            _folder.Write("x.bin", TorchFile.Zip(CompressionLevel.Optimal, ("m/data.pkl", pickle), ("m/data/0", SixFloats))));
        CheckpointTensor tensor = checkpoint.Tensors[0];
        Assert.Equal([0f, 1, 2, 3, 4, 5], CheckpointComparison.Floats(tensor));
        checkpoint.Dispose();
        Assert.Throws<ObjectDisposedException>(() => CheckpointComparison.Floats(tensor));
    }
}
