using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Checkpoints;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private void Save(SafetensorsWriter writer, string name) =>
        writer.Save(PathOf(name), null, TestContext.Current.CancellationToken);

    [Fact]
    public void What_is_written_is_read_again()
    {
        SafetensorsWriter writer = new(new Dictionary<string, string> { ["z"] = "último", ["a"] = "\"<&\n" });
        writer.Add("scalar", TensorType.F32, [], new float[] { 1.5f });
        writer.Add("empty", TensorType.F32, [0, 4], new float[0]);
        writer.Add("half", TensorType.F16, [2], new float[] { 0.1f, -65504 });
        writer.Add("brain", TensorType.BF16, [3], new float[] { 1.00390625f, 1.01171875f, float.NaN });
        writer.Add("wide", TensorType.F64, [1], new float[] { 0.1f });
        writer.Add("bytes", TensorType.U8, [3], new byte[] { 1, 2, 255 });
        writer.Add("small", TensorType.I8, [1], new byte[] { 0xFE });
        writer.Add("long", TensorType.I64, [1], stream => stream.Write(BitConverter.GetBytes(-7L)));
        Save(writer, "x.safetensors");

        using Checkpoint checkpoint = Checkpoint.Open(PathOf("x.safetensors"));
        Assert.Equal(["long", "wide", "empty", "scalar", "brain", "half", "bytes", "small"], checkpoint.Tensors.Select(t => t.Name));
        Assert.Equal("último", checkpoint.Metadata["z"]);
        Assert.Equal("\"<&\n", checkpoint.Metadata["a"]);
        Assert.Equal([1.5f], Floats("scalar"));
        Assert.Empty(Floats("empty"));
        Assert.Equal([(float)(Half)0.1f, -65504], Floats("half"));
        Assert.Equal([1f, 1.015625f, float.NaN], Floats("brain"));
        Assert.Equal([0.1f], Floats("wide"));
        Assert.Equal([1L, 2, 255], Integers("bytes"));
        Assert.Equal([-2L], Integers("small"));
        Assert.Equal([-7L], Integers("long"));

        float[] Floats(string name)
        {
            Assert.True(checkpoint.TryGet(name, out CheckpointTensor? tensor));
            float[] values = new float[tensor.ElementCount];
            tensor.CopyTo(values);
            return values;
        }

        long[] Integers(string name)
        {
            Assert.True(checkpoint.TryGet(name, out CheckpointTensor? tensor));
            long[] values = new long[tensor.ElementCount];
            tensor.CopyTo(values);
            return values;
        }
    }

    [Fact]
    public void The_bytes_do_not_depend_on_the_order_of_adding()
    {
        SafetensorsWriter one = new(new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });
        one.Add("y", TensorType.F16, [1], new float[] { 1 });
        one.Add("x", TensorType.F32, [1], new float[] { 2 });
        Save(one, "1");
        SafetensorsWriter other = new(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        other.Add("x", TensorType.F32, [1], new float[] { 2 });
        other.Add("y", TensorType.F16, [1], new float[] { 1 });
        Save(other, "2");

        byte[] bytes = File.ReadAllBytes(PathOf("1"));
        Assert.Equal(bytes, File.ReadAllBytes(PathOf("2")));
        Assert.Equal(0, BitConverter.ToInt64(bytes) % 8);
        string header = Encoding.UTF8.GetString(bytes, 8, (int)BitConverter.ToInt64(bytes)).TrimEnd();
        Assert.Equal(
            """{"__metadata__":{"a":"1","b":"2"},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F16","shape":[1],"data_offsets":[4,6]}}""",
            header);
    }

    [Fact]
    public void A_checkpoint_is_copied_bit_for_bit_and_under_other_names()
    {
        float[] values = [.. Enumerable.Range(0, 50_000).Select(i => (float)i)];
        SafetensorsWriter writer = new();
        writer.Add("a", TensorType.F32, [5, 10_000], values);
        Save(writer, "a.safetensors");
        using Checkpoint source = Checkpoint.Open(PathOf("a.safetensors"));
        SafetensorsWriter copy = new();
        copy.Add(source.Tensors[0], "b");
        List<long> progress = [];
        copy.Save(PathOf("b.safetensors"), new SynchronousProgress<long>(progress.Add), TestContext.Current.CancellationToken);
        // Replacing a file that is mapped leaves the mapping as it was.
        Save(copy, "a.safetensors");

        using Checkpoint target = Checkpoint.Open(PathOf("b.safetensors"));
        float[] copied = new float[values.Length];
        Assert.True(target.TryGet("b", out CheckpointTensor? tensor));
        tensor.CopyTo(copied);
        Assert.Equal(values, copied);
        Assert.Equal(200_000, progress[^1]);
        Assert.Equal(progress.Order(), progress);
    }

    [Fact]
    public void Nothing_is_left_where_writing_fails_or_is_cancelled()
    {
        using CancellationTokenSource cancellationToken = new();
        SafetensorsWriter writer = new();
        writer.Add("a", TensorType.F32, [2], stream =>
        {
            cancellationToken.Cancel();
            stream.Write(new byte[8]);
        });
        Assert.Throws<OperationCanceledException>(() => writer.Save(PathOf("x"), null, cancellationToken.Token));

        SafetensorsWriter tooLong = new();
        tooLong.Add("a", TensorType.F32, [2], stream => stream.Write(new byte[9]));
        Assert.Throws<InvalidOperationException>(() => Save(tooLong, "x"));

        SafetensorsWriter tooShort = new();
        tooShort.Add("a", TensorType.F32, [2], stream => stream.Write(new byte[7]));
        Assert.Throws<InvalidOperationException>(() => Save(tooShort, "x"));

        SafetensorsWriter throws = new();
        throws.Add("a", TensorType.F32, [2], _ => throw new FormatException());
        Assert.Throws<FormatException>(() => Save(throws, "x"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));

        _folder.Write("x", [1, 2, 3]);
        Assert.Throws<FormatException>(() => Save(throws, "x"));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Assert.Single(Directory.EnumerateFiles(_folder.Path))));
    }

    [Fact]
    public void Bad_calls_are_argument_exceptions()
    {
        SafetensorsWriter writer = new();
        writer.Add("a", TensorType.F32, [1], new float[1]);
        Assert.Throws<ArgumentException>(() => writer.Add("a", TensorType.F32, [1], new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add("__metadata__", TensorType.F32, [1], new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add("", TensorType.F32, [1], new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add("b", TensorType.F32, [2], new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add("b", TensorType.U8, [2], new byte[3]));
        Assert.Throws<ArgumentException>(() => writer.Add("b", TensorType.I64, [1], new float[1]));
        Assert.Throws<ArgumentException>(() => writer.Add("b", TensorType.F64, [1L << 40, 1L << 40], _ => { }));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Add("b", TensorType.F32, [-1], _ => { }));
        // What was refused was not added.
        writer.Add("b", TensorType.F32, [1], new float[1]);
    }
}
