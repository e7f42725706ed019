using AlbertNative.Checkpoints;

namespace AlbertNative.Tests.Checkpoints;

public sealed class CheckpointTensorTests
{
    private static float[] Convert(TensorType type, ReadOnlySpan<ushort> bits)
    {
        float[] values = new float[bits.Length];
        ElementConversion.ToSingle(type, System.Runtime.InteropServices.MemoryMarshal.AsBytes(bits), values);
        return values;
    }

    [Fact]
    public void Every_half_and_bfloat16_is_widened_to_its_own_bits()
    {
        ushort[] all = [.. Enumerable.Range(0, 1 << 16).Select(i => (ushort)i)];
        // From an odd start too, so that the scalar tail meets every kind of number somewhere.
        for (int start = 0; start < 3; start++)
        {
            float[] halves = Convert(TensorType.F16, all.AsSpan(start));
            float[] brains = Convert(TensorType.BF16, all.AsSpan(start));
            for (int i = 0; i < halves.Length; i++)
            {
                float half = (float)BitConverter.UInt16BitsToHalf(all[start + i]);
                if (float.IsNaN(half))
                    Assert.True(float.IsNaN(halves[i]));
                else
                    Assert.Equal(BitConverter.SingleToUInt32Bits(half), BitConverter.SingleToUInt32Bits(halves[i]));
                Assert.Equal((uint)all[start + i] << 16, BitConverter.SingleToUInt32Bits(brains[i]));
            }
        }
        for (int length = 0; length < 40; length++)
            Assert.Equal(length == 0 ? [] : Convert(TensorType.F16, all)[..length], Convert(TensorType.F16, all.AsSpan(0, length)));
    }

    [Theory]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.BF16)]
    [InlineData(TensorType.F64)]
    public void Widening_undoes_narrowing(TensorType type)
    {
        float[] values = [0, -0f, 1, -1.5f, 0.0009765625f, 65504, float.PositiveInfinity, float.NegativeInfinity];
        if (type == TensorType.BF16)
            values[5] = 65280;
        byte[] bytes = new byte[values.Length * type.Size];
        ElementConversion.FromSingle(type, values, bytes);
        float[] again = new float[values.Length];
        ElementConversion.ToSingle(type, bytes, again);
        Assert.Equal(values.Select(BitConverter.SingleToUInt32Bits), again.Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void Ranges_are_read_and_bad_calls_refused()
    {
        using TemporaryFolder folder = new();
        string header = """{"f":{"dtype":"F16","shape":[10000],"data_offsets":[0,20000]},"i":{"dtype":"I16","shape":[3],"data_offsets":[20000,20006]}}""";
        byte[] data = new byte[20006];
        for (int i = 0; i < 10_000; i++)
            BitConverter.TryWriteBytes(data.AsSpan(2 * i), (Half)(i % 1000));
        data[20004] = 0xFF;
        data[20005] = 0xFF;
        using Checkpoint checkpoint = Checkpoint.Open(folder.Write("x.safetensors", SafetensorsFile.Bytes(header, data)));
        CheckpointTensor floats = checkpoint.Tensors[0];
        CheckpointTensor integers = checkpoint.Tensors[1];

        float[] part = new float[9_000];
        floats.CopyTo(1000, part);
        Assert.Equal(Enumerable.Range(1000, 9000).Select(i => (float)(i % 1000)), part);
        long[] last = new long[1];
        integers.CopyTo(2, last);
        Assert.Equal(-1, last[0]);
        byte[] raw = new byte[2];
        integers.CopyBytesTo(2, raw);
        Assert.Equal([0xFF, 0xFF], raw);
        Assert.Equal("i I16 [3]", integers.ToString());

        Assert.Throws<ArgumentException>(() => floats.CopyTo(new float[9_999]));
        Assert.Throws<ArgumentException>(() => floats.CopyTo(new float[10_001]));
        Assert.Throws<ArgumentOutOfRangeException>(() => floats.CopyTo(1, new float[10_000]));
        Assert.Throws<ArgumentOutOfRangeException>(() => floats.CopyTo(-1, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => floats.CopyTo(long.MaxValue, new float[1]));
        Assert.Throws<ArgumentException>(() => integers.CopyBytesTo(0, new byte[3]));
        Assert.Throws<InvalidOperationException>(() => floats.CopyTo(new long[10_000]));
        Assert.Throws<InvalidOperationException>(() => integers.CopyTo(new float[3]));
    }

    [Fact]
    public void Disposing_while_others_read_throws_and_never_crashes()
    {
        using TemporaryFolder folder = new();
        SafetensorsWriter writer = new();
        writer.Add("a", TensorType.F32, [1 << 18], new float[1 << 18]);
        string path = Path.Combine(folder.Path, "x.safetensors");
        writer.Save(path, null, TestContext.Current.CancellationToken);
        for (int round = 0; round < 20; round++)
        {
            Checkpoint checkpoint = Checkpoint.Open(path);
            CheckpointTensor tensor = checkpoint.Tensors[0];
            using ManualResetEventSlim started = new();
            Exception? thrown = null;
            Thread reader = new(() => thrown = Record.Exception((Action)ReadForever));
            reader.Start();
            started.Wait(TestContext.Current.CancellationToken);
            checkpoint.Dispose();
            Assert.True(reader.Join(TimeSpan.FromSeconds(30)));
            Assert.IsType<ObjectDisposedException>(thrown);

            void ReadForever()
            {
                float[] values = new float[tensor.ElementCount];
                while (true)
                {
                    tensor.CopyTo(values);
                    started.Set();
                }
            }
        }
    }
}
