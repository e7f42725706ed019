using AlbertNative.Checkpoints;
using AlbertNative.Testing;
using Google.Protobuf;

namespace AlbertNative.Tests.Checkpoints;

public sealed class OnnxCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private OnnxCheckpoint Open(OnnxFile file) => OnnxCheckpoint.Open(_folder.Write("m.onnx", file.ToBytes()));

    private OnnxCheckpoint OpenTensor(byte[] tensor) => Open(new OnnxFile().Initializer(tensor));

    [Fact]
    public void Nodes_values_and_tensors_are_read()
    {
        OnnxFile file = new OnnxFile()
            .Node("Constant", [], ["c"], OnnxFile.TensorAttribute("value", OnnxFile.Tensor("", [2], [3L, -4])))
            .Node("my.domain", "Gemm", ["x", "", "w"], ["y", "z"],
                [OnnxFile.Attribute("alpha", 0.5f), OnnxFile.Attribute("transB", 1L), OnnxFile.Attribute("perm", 1, 0, -2), OnnxFile.Attribute("mode", "tanh")])
            .Initializer(OnnxFile.Tensor("w", [2, 3], [1f, 2, 3, 4, 5, 6]))
            .Input("x", 2).Output("y", 0);
        using OnnxCheckpoint onnx = Open(file);
        Assert.Equal([new OnnxValue("x", 2)], onnx.Inputs);
        Assert.Equal([new OnnxValue("y", 0)], onnx.Outputs);
        Assert.Equal(["Constant", "Gemm"], onnx.Nodes.Select(n => n.OpType));
        OnnxNode gemm = onnx.Nodes[1];
        Assert.Equal("my.domain", gemm.Domain);
        Assert.Equal(["x", "", "w"], gemm.Inputs);
        Assert.Equal(["y", "z"], gemm.Outputs);
        Assert.Equal(0.5f, gemm.FindAttribute("alpha")?.Float);
        Assert.Equal(1, gemm.FindAttribute("transB")?.Integer);
        Assert.Equal([1, 0, -2], gemm.FindAttribute("perm")!.Integers);
        Assert.Equal("tanh", gemm.FindAttribute("mode")?.Text);
        Assert.Null(gemm.FindAttribute("none"));
        long[] constant = new long[2];
        onnx.Nodes[0].FindAttribute("value")!.Tensor!.CopyTo(constant);
        Assert.Equal([3L, -4], constant);
        Assert.True(onnx.TryGet("w", out CheckpointTensor? w));
        Assert.Equal([1f, 2, 3, 4, 5, 6], CheckpointComparison.Floats(w));
        Assert.Equal([1f, 4, 2, 5, 3, 6], CheckpointComparison.Floats(w.Transpose("t")));
        Assert.Equal([1f, 2, 3, 4, 5, 6], CheckpointComparison.Floats(w.Transpose("t").Transpose("w")));
        Assert.True(w.Transpose("t").Transpose("w").HasSameElements(w));
        Assert.False(w.Transpose("t").HasSameElements(w));
    }

    [Fact]
    public void Every_place_for_data_is_read()
    {
        Check([1.5f, -2], OnnxFile.Tensor("a", OnnxFile.Float, [2], default, o => OnnxFile.Bytes(o, 4, SafetensorsFile.Floats(1.5f, -2))));
        Check([0.25f], OnnxFile.Tensor("a", 11, [1], default, o => OnnxFile.Bytes(o, 10, BitConverter.GetBytes(0.25))));
        Check([1f, 2], OnnxFile.Tensor("a", 10, [2], default, o => Packed(o, 5, 0x3C00, 0x4000)));
        Check([1f], OnnxFile.Tensor("a", 16, [1], default, o => OnnxFile.Integer(o, 5, 0x3F80)));
        Check([1f, 2, 3], External("data/w.bin", "offset", "4", "length", "12"));
        Check([0f, 1, 2, 3], External("data/w.bin"));

        using OnnxCheckpoint onnx = OpenTensor(OnnxFile.Tensor("a", OnnxFile.Int64, [2], default, o => Packed(o, 7, -1, 1L << 40)));
        long[] integers = new long[2];
        onnx.Initializers[0].CopyTo(integers);
        Assert.Equal([-1, 1L << 40], integers);

        void Check(float[] expected, byte[] tensor)
        {
            _folder.Write("data/w.bin", SafetensorsFile.Floats(0, 1, 2, 3));
            using OnnxCheckpoint onnx = OpenTensor(tensor);
            Assert.Equal(expected, CheckpointComparison.Floats(onnx.Initializers[0]));
        }

        static void Packed(CodedOutputStream output, int field, params long[] values) =>
            OnnxFile.Bytes(output, field, OnnxFile.Message(o => Array.ForEach(values, o.WriteInt64)));
    }

    private static byte[] External(string location, params string[] entries) =>
        OnnxFile.External("a", [entries.Length == 0 ? 4 : 3], location, entries);

    [Fact]
    public void Detached_tensors_own_the_file()
    {
        OnnxCheckpoint onnx = OpenTensor(OnnxFile.Tensor("a", [2], [1f, 2]));
        Checkpoint checkpoint = onnx.Detach([onnx.Initializers[0].Rename("b")]);
        onnx.Dispose();
        Assert.Equal("b", checkpoint.Tensors[0].Name);
        Assert.Equal([1f, 2], CheckpointComparison.Floats(checkpoint.Tensors[0]));
        checkpoint.Dispose();
        Assert.Throws<ObjectDisposedException>(() => CheckpointComparison.Floats(checkpoint.Tensors[0]));
    }

    private void AssertRefused(string message, byte[] file)
    {
        long length = file.Length + 16;
        string path = _folder.Write("m.onnx", file);
        Assert.Contains(message, HostileFile.AssertRefused(() => OnnxCheckpoint.Open(path).Dispose(), path, length).Message);
    }

    private void AssertTensorRefused(string message, byte[] tensor) =>
        AssertRefused(message, new OnnxFile().Initializer(tensor).ToBytes());

    [Fact]
    public void Bad_tensors_are_refused()
    {
        _folder.Write("data/w.bin", SafetensorsFile.Floats(0, 1, 2, 3));
        AssertTensorRefused("which is not the 8 bytes", OnnxFile.Tensor("a", [3], [1f, 2]));
        AssertTensorRefused("which is not the 8 bytes", OnnxFile.Tensor("a", [1L << 62, 4], [1f, 2]));
        AssertTensorRefused("a shape that is none", OnnxFile.Tensor("a", [-1], [1f]));
        AssertTensorRefused("a shape that is none", OnnxFile.Tensor("a", [.. Enumerable.Repeat(1L, 65)], [1f]));
        AssertTensorRefused("type STRING", OnnxFile.Tensor("a", 8, [1], new byte[1]));
        AssertTensorRefused("type 99", OnnxFile.Tensor("a", 99, [1], new byte[1]));
        AssertTensorRefused("integers for data", OnnxFile.Tensor("a", 1, [1], default, o => OnnxFile.Integer(o, 5, 1)));
        AssertTensorRefused("unpacked data", OnnxFile.Tensor("a", 1, [1], default, o =>
        {
            o.WriteTag(4, WireFormat.WireType.Fixed32);
            o.WriteFloat(1);
        }));
        AssertTensorRefused("in pieces", OnnxFile.Tensor("a", 1, [2], default, o =>
        {
            OnnxFile.Bytes(o, 4, new byte[4]);
            OnnxFile.Bytes(o, 4, new byte[4]);
        }));
        AssertTensorRefused("data twice", OnnxFile.Tensor("a", 6, [1], default, o =>
        {
            OnnxFile.Bytes(o, 9, new byte[4]);
            OnnxFile.Integer(o, 5, 1);
        }));
        byte[] twice = OnnxFile.Tensor("a", [1], [1f]);
        AssertRefused("'a' is there twice", new OnnxFile().Initializer(twice).Initializer(twice).ToBytes());
        foreach (string location in (string[])["../data/w.bin", "/etc/passwd", "data\\w.bin", "C:w.bin", "", "data/../data/w.bin"])
            AssertTensorRefused("not a path inside", External(location));
        AssertTensorRefused("is not there", External("none.bin"));
        AssertTensorRefused("runs past the end", External("data/w.bin", "offset", "17"));
        AssertTensorRefused("runs past the end", External("data/w.bin", "offset", "8", "length", "12"));
        AssertTensorRefused("runs past the end", External("data/w.bin", "offset", "8", "length", "9223372036854775807"));
        AssertTensorRefused("expected a natural number", External("data/w.bin", "offset", "-1"));
        AssertTensorRefused("unknown key", External("data/w.bin", "url", "x"));
    }

    [Fact]
    public void Damaged_models_are_refused()
    {
        AssertRefused("without a graph", []);
        AssertRefused("runs past the end of its message", [0x3A, 0x7F]);
        AssertRefused("not an ONNX model", "<html>"u8.ToArray());
        AssertRefused("two graphs", [.. new OnnxFile().ToBytes(), .. new OnnxFile().ToBytes()]);
        AssertRefused("sparse initializers", new OnnxFile().Add(15, []).ToBytes());
        AssertRefused("not UTF-8", new OnnxFile().Add(1, OnnxFile.Message(o => OnnxFile.Bytes(o, 4, [0xFF]))).ToBytes());
        AssertRefused("a name of 5000 bytes", new OnnxFile().Add(1, OnnxFile.Message(o => OnnxFile.Bytes(o, 4, new byte[5000]))).ToBytes());
        // A node that is said to be longer than its graph, followed by what it would swallow.
        AssertRefused("runs past the end of its message", [0x3A, 2, 0x0A, 5, 0x10, 0, 0x10, 0, 0x10, 0]);
        AssertRefused("runs past the end of its message", [0x3A, 3, 0x0A, 1, 0x22, 1, 0x41]);
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() =>
            Checkpoint.Open(_folder.Write("n.onnx", new OnnxFile().ToBytes())));
        Assert.Contains("convert it first", e.Message);
    }

    [Fact]
    public void Hostile_models_are_refused_without_much_memory()
    {
        OnnxFile nodes = new();
        for (int i = 0; i < 100_000; i++)
            nodes.Add(1, []);
        AssertRefused("describes more objects", nodes.ToBytes());
        OnnxFile tensors = new();
        for (int i = 0; i < 50_000; i++)
            tensors.Initializer([0x10, 1, 0x08, 0]);
        AssertRefused("describes more objects", tensors.ToBytes());
        AssertRefused("describes more objects", new OnnxFile().Initializer(
            OnnxFile.Tensor("a", 7, [1], default, o => OnnxFile.Bytes(o, 7, new byte[1_000_000]))).ToBytes());
        byte[] inputs = new byte[1_000_000];
        for (int i = 0; i < inputs.Length; i += 2)
            inputs[i] = 0x0A;
        AssertRefused("describes more objects", new OnnxFile().Add(1, inputs).ToBytes());
        // An attribute whose integer, and another whose tensor, is given again and again; then something to refuse.
        byte[] integers = new byte[1_000_000];
        byte[] empty = new byte[1_000_000];
        for (int i = 0; i < integers.Length; i += 2)
            (integers[i], empty[i]) = (0x18, 0x2A);
        AssertRefused("sparse initializers", new OnnxFile().Node("A", [], ["a"], integers, empty).Add(15, []).ToBytes());
    }

    [Fact]
    public void A_graph_of_too_many_values_is_refused()
    {
        byte[] inputs = new byte[2 * 500_001];
        for (int i = 0; i < inputs.Length; i += 2)
            inputs[i] = 0x0A;
        AssertRefused("more than 100000 nodes, or 500000 inputs", new OnnxFile().Add(1, inputs).Initializer(
            OnnxFile.Tensor("w", 2, [10_000_000], new byte[10_000_000])).ToBytes());
    }

    [Fact]
    public void External_data_that_tensors_share_is_bounded_in_all()
    {
        _folder.Write("data/w.bin", new byte[4 << 20]);
        using (OnnxCheckpoint few = Open(Shared(19)))
            Assert.Equal(19, few.Initializers.Count);
        byte[] many = Shared(21).ToBytes();
        string path = _folder.Write("m.onnx", many);
        Assert.Contains("again and again",
            HostileFile.AssertRefused(() => OnnxCheckpoint.Open(path).Dispose(), path, many.Length + (4 << 20)).Message);

        static OnnxFile Shared(int tensors)
        {
            OnnxFile file = new();
            for (int i = 0; i < tensors; i++)
                file.Initializer(OnnxFile.External($"t{i}", [1 << 20], "data/w.bin"));
            return file;
        }
    }

    [Fact]
    public void A_model_with_flipped_bits_or_cut_short_is_refused_or_still_valid()
    {
        byte[] bytes = new OnnxFile()
            .Node("Gemm", ["x", "w"], ["y"], OnnxFile.Attribute("alpha", 0.5f), OnnxFile.Attribute("perm", 1, 0))
            .Node("Constant", [], ["c"], OnnxFile.TensorAttribute("value", OnnxFile.Tensor("", [2], [3L, -4])))
            .Initializer(OnnxFile.Tensor("w", [2, 3], [1f, 2, 3, 4, 5, 6]))
            .Input("x", 2).Output("y", 2).ToBytes();
        string path = Path.Combine(_folder.Path, "m.onnx");
        for (int bit = 0; bit < 8 * bytes.Length; bit += 3)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            HostileFile.AssertHarmless(() => OnnxCheckpoint.Open(path).Dispose(), path, damaged);
        }
        for (int length = 0; length < bytes.Length; length++)
            HostileFile.AssertHarmless(() => OnnxCheckpoint.Open(path).Dispose(), path, bytes.AsSpan(0, length));
    }
}
