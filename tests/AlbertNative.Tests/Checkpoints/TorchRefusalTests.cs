using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using AlbertNative.Checkpoints;

namespace AlbertNative.Tests.Checkpoints;

public sealed class TorchRefusalTests
{
    private static readonly byte[] SixFloats = SafetensorsFile.Floats(0, 1, 2, 3, 4, 5);

    private static void AssertRefused(string message, byte[] file) =>
        Assert.Contains(message, HostileFile.AssertRefused("pytorch_model.bin", file).Message);

    private static void AssertPickleRefused(string message, byte[] pickle)
    {
        AssertRefused(message, TorchFile.Zip(pickle, SixFloats));
        AssertRefused(message, TorchFile.Legacy(pickle, TorchFile.Keys("0"), TorchFile.Storage(6, SixFloats)));
    }

    [Theory]
    [InlineData(0, new long[] { 7 }, new long[] { 1 }, "past its storage of 6")]
    [InlineData(6, new long[] { 1 }, new long[] { 1 }, "past its storage")]
    [InlineData(6, new long[0], new long[0], "past its storage")]
    [InlineData(7, new long[] { 0 }, new long[] { 1 }, "past its storage")]
    [InlineData(0, new long[] { 2, 2 }, new long[] { 5, 1 }, "past its storage")]
    [InlineData(0, new long[] { 2 }, new long[] { long.MaxValue }, "past its storage")]
    [InlineData(long.MaxValue, new long[] { 2 }, new long[] { long.MaxValue }, "past its storage")]
    [InlineData(0, new long[] { long.MaxValue, long.MaxValue }, new long[] { 0, 0 }, "past its storage")]
    [InlineData(0, new long[] { long.MaxValue / 8, 1 }, new long[] { 0, 0 }, "again and again")]
    [InlineData(0, new long[] { 1 << 25 }, new long[] { 0 }, "again and again")]
    [InlineData(-1, new long[] { 1 }, new long[] { 1 }, "RebuildTensor does not take")]
    [InlineData(0, new long[] { -1 }, new long[] { 1 }, "RebuildTensor does not take")]
    [InlineData(5, new long[] { 2 }, new long[] { -1 }, "RebuildTensor does not take")]
    [InlineData(0, new long[] { 1 }, new long[] { 1, 1 }, "RebuildTensor does not take")]
    public void A_view_outside_its_storage_is_refused(long offset, long[] shape, long[] strides, string message) =>
        AssertPickleRefused(message, PickleBytes.OneTensor(6, offset, shape, strides));

    [Theory]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("__builtin__", "eval")]
    [InlineData("torch", "QInt8Storage")]
    [InlineData("torch", "ComplexFloatStorage")]
    [InlineData("torch._utils", "_rebuild_tensor")]
    [InlineData("torch._utils", "_rebuild_tensor_v3")]
    [InlineData("numpy.core.multiarray", "_reconstruct")]
    [InlineData("argparse", "Namespace")]
    [InlineData("collections", "defaultdict")]
    [InlineData("collections.OrderedDict", "")]
    public void Any_other_global_is_refused_by_name(string module, string name) =>
        AssertPickleRefused($"'{module}.{name}'", new PickleBytes().Global(module, name).Op(')', 'R').Stop());

    [Fact]
    public void A_global_that_would_speak_to_the_terminal_is_shown() =>
        AssertPickleRefused("'os\\u001B[2J.system\\u0007'", new PickleBytes().Global("os\u001B[2J", "system\a").Op(')', 'R').Stop());

    [Fact]
    public void Damaged_pickles_are_refused()
    {
        AssertPickleRefused("not a pickle", []);
        AssertPickleRefused("pickle protocol 4", [0x80, 4, (byte)'N', (byte)'.']);
        AssertPickleRefused("not a pickle", [.. "(lp0\n."u8]);
        AssertPickleRefused("stack is empty", new PickleBytes().Stop());
        AssertPickleRefused("more than one object", new PickleBytes().Op('N', 'N').Stop());
        AssertPickleRefused("more than one object", new PickleBytes().Op('N', '(').Op('N').Stop());
        AssertPickleRefused("stack is empty", new PickleBytes().Op('}', '(').Stop());
        AssertPickleRefused("stack is empty", new PickleBytes().Op('N', '(', 'R').Stop());
        AssertPickleRefused("no mark", new PickleBytes().Op('N', 't').Stop());
        AssertPickleRefused("fewer than 2", new PickleBytes().Op('N').Raw(0x86).Stop());
        AssertPickleRefused("opcode 0x81", new PickleBytes().Global("collections", "OrderedDict").Op(')').Raw(0x81).Stop());
        AssertPickleRefused("opcode 0x69", new PickleBytes().Raw([.. "(iposix\nsystem\n"u8]).Stop());
        AssertPickleRefused("opcode 0x93", new PickleBytes().Text("posix").Text("system").Raw(0x93).Stop());
        AssertPickleRefused("opcode 0x82", new PickleBytes().Raw(0x82, 1).Stop());
        AssertPickleRefused("changes its protocol", new PickleBytes().Raw(0x80, 3).Stop());
        AssertPickleRefused("nothing was memorized", new PickleBytes().Op('h').Raw(3).Stop());
        AssertPickleRefused("integer of 9 bytes", new PickleBytes().Raw(0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1).Stop());
        AssertPickleRefused("not UTF-8", new PickleBytes().Op('U').Raw(1, 0xFF).Stop());
        AssertPickleRefused("runs past the end", new PickleBytes().Op('X').Raw(255, 255, 255, 255).Stop());
        AssertPickleRefused("does not end", new PickleBytes().Op('c').Raw(new byte[600]).Stop());
        AssertPickleRefused("has no value", new PickleBytes().Op('}', '(', 'N', 'u').Stop());
        AssertPickleRefused("other than a dict", new PickleBytes().Op('N', 'N', 'N', 's').Stop());
        AssertPickleRefused("other than a list", new PickleBytes().Op('N', 'N', 'a').Stop());
        AssertPickleRefused("other than an OrderedDict", new PickleBytes().Op('}', '}', 'b').Stop());
        AssertPickleRefused("without a global", new PickleBytes().Text("f").Op(')', 'R').Stop());
        AssertPickleRefused("a storage type does not take", new PickleBytes().Global("torch", "FloatStorage").Op(')', 'R').Stop());
        AssertPickleRefused("not that of a torch storage", new PickleBytes().Text("x").Op('Q').Stop());
        AssertPickleRefused("not that of a torch storage", new PickleBytes().Storage("0", -1).Stop());
    }

    [Fact]
    public void An_object_that_is_no_state_dict_is_refused()
    {
        AssertObjectRefused("an int", new PickleBytes().Int(1).Stop());
        AssertObjectRefused("neither tensors nor", new PickleBytes().Dictionary(d => d.Text("epoch").Int(1)).Stop());
        AssertObjectRefused("'b' of the state dict is an int", new PickleBytes().Dictionary(d =>
            d.Text("a").Tensor(s => s.Storage("0", 6), 0, [6], [1]).Text("b").Int(1)).Stop());
        AssertObjectRefused("a key that is an int", new PickleBytes().Dictionary(d =>
            d.Int(1).Tensor(s => s.Storage("0", 6), 0, [6], [1])).Stop());
        AssertObjectRefused("'a' is there twice", new PickleBytes().Dictionary(d => d
            .Text("a").Tensor(s => s.Storage("0", 6), 0, [6], [1]).Text("a").Tensor(s => s.Storage("0", 6), 0, [6], [1])).Stop());
        // A dict that is its own "model".
        AssertObjectRefused("wrapped more than", new PickleBytes().Op('}', 'q').Raw(0).Text("model").Op('h').Raw(0).Op('s').Stop());

        static void AssertObjectRefused(string message, byte[] pickle) => AssertRefused(message, TorchFile.Zip(pickle, SixFloats));
    }

    [Fact]
    public void Storages_that_are_not_what_the_pickle_says_are_refused()
    {
        byte[] pickle = PickleBytes.OneTensor(6, 0, [6], [1]);
        AssertRefused("no zip entry 'm/data/0'", TorchFile.Zip(pickle));
        AssertRefused("20 bytes, said to be 6 elements of F32", TorchFile.Zip(pickle, SixFloats[..20]));
        AssertRefused("28 bytes", TorchFile.Zip(pickle, [.. SixFloats, 0, 0, 0, 0]));
        AssertRefused("not in the list of storage keys", TorchFile.Legacy(pickle, TorchFile.Keys()));
        AssertRefused("does not name", TorchFile.Legacy(pickle, TorchFile.Keys("1")));
        AssertRefused("before storage '0'", TorchFile.Legacy(pickle, TorchFile.Keys("0")));
        AssertRefused("runs past the end", TorchFile.Legacy(pickle, TorchFile.Keys("0"), TorchFile.Storage(7, SixFloats)));
        AssertRefused("runs past the end", TorchFile.Legacy(pickle, TorchFile.Keys("0"), TorchFile.Storage(long.MaxValue, SixFloats)));
        AssertRefused("runs past the end", TorchFile.Legacy(pickle, TorchFile.Keys("0"), TorchFile.Storage(-1, SixFloats)));
        AssertRefused("said to be 6", TorchFile.Legacy(pickle, TorchFile.Keys("0"), TorchFile.Storage(5, SixFloats[..20])));
        AssertRefused("the storages end at", TorchFile.Legacy(pickle, TorchFile.Keys("0"), [.. TorchFile.Storage(6, SixFloats), 0]));
        byte[] storage = TorchFile.Storage(6, SixFloats);
        AssertRefused("'0' twice", TorchFile.Legacy(pickle, TorchFile.Keys("0", "0"), [.. storage, .. storage]));
        AssertRefused("not the list", TorchFile.Legacy(pickle, new PickleBytes().Op('N').Stop(), storage));
        byte[] twoTypes = new PickleBytes().Dictionary(d => d.Text("a").Tensor(s => s.Storage("0", 6), 0, [6], [1])
            .Text("b").Tensor(s => s.Storage("0", 6, "IntStorage"), 0, [6], [1])).Stop();
        AssertRefused("both F32 and I32", TorchFile.Legacy(twoTypes, TorchFile.Keys("0"), storage));
        byte[] view = new PickleBytes().Dictionary(d => d.Text("a").Tensor(
            s => s.Storage("0", 6, view: v => v.Op('(').Text("v").Int(4).Int(3).Op('t')), 0, [3], [1])).Stop();
        AssertRefused("not that of a torch storage", TorchFile.Legacy(view, TorchFile.Keys("0"), storage));
    }

    [Fact]
    public void Other_archives_are_refused_by_name()
    {
        byte[] pickle = PickleBytes.OneTensor(6, 0, [6], [1]);
        const CompressionLevel Stored = CompressionLevel.NoCompression;
        AssertRefused("TorchScript", TorchFile.Zip(Stored, ("m/data.pkl", pickle), ("m/constants.pkl", [])));
        AssertRefused("0 entries NAME/data.pkl", TorchFile.Zip(Stored, ("readme", [1])));
        AssertRefused("2 entries NAME/data.pkl", TorchFile.Zip(Stored, ("m/data.pkl", pickle), ("n/data.pkl", pickle)));
        AssertRefused("'m/data.pkl' is there twice", TorchFile.Zip(Stored, ("m/data.pkl", pickle), ("m/data.pkl", pickle)));
        AssertRefused("neither 'little' nor 'big'", TorchFile.Zip(Stored, ("m/data.pkl", pickle), ("m/byteorder", [1])));
        AssertRefused("after its pickle", TorchFile.Zip([.. pickle, 0], SixFloats));
        byte[] tar = new byte[1024];
        "storages"u8.CopyTo(tar);
        "ustar"u8.CopyTo(tar.AsSpan(257));
        AssertRefused("a tar archive", tar);
        AssertRefused("Git LFS", Encoding.ASCII.GetBytes("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"));
        Assert.Contains("Git LFS", HostileFile.AssertRefused("model.safetensors", "version https://git-lfs.github.com/spec/v1\n"u8).Message);
        AssertRefused("HDF5", [0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10]);
        AssertRefused("torch.save did not write", new PickleBytes().Op('}').Stop());
        AssertRefused("begins with 3C68746D6C3E", "<html>"u8.ToArray());
        AssertRefused("another protocol version", [.. TorchFile.Legacy(pickle, [])[..15], .. new PickleBytes().Int(1000).Stop()]);
    }

    [Fact]
    public void Hostile_pickles_are_refused_without_much_memory()
    {
        const int Count = 1_000_000;
        foreach (byte opcode in "}])(NcXTqhM"u8)
        {
            byte[] pickle = new byte[Count + 2];
            pickle.AsSpan().Fill(opcode);
            (pickle[0], pickle[1]) = (0x80, 2);
            HostileFile.AssertRefused("pytorch_model.bin", TorchFile.Zip(pickle, SixFloats));
            HostileFile.AssertRefused("pytorch_model.bin", TorchFile.Zip(CompressionLevel.Optimal, ("m/data.pkl", pickle)));
        }
        PickleBytes nested = new PickleBytes().Op('N');
        for (int i = 0; i < 500_000; i++)
            nested.Raw(0x85);
        HostileFile.AssertRefused("pytorch_model.bin", TorchFile.Zip(nested.Stop()));
        // One list of many pairs, made into a dict again and again.
        PickleBytes again = new PickleBytes().Op(']', 'q').Raw(0).Op('(');
        for (int i = 0; i < 10_000; i++)
            again.Text("k").Op('N').Raw(0x86);
        again.Op('e');
        for (int i = 0; i < 10_000; i++)
            again.Global("collections", "OrderedDict").Op('h').Raw(0).Raw(0x85).Op('R');
        HostileFile.AssertRefused("pytorch_model.bin", TorchFile.Zip(again.Stop()));
        HostileFile.AssertRefused("pytorch_model.bin", TorchFile.Zip(new PickleBytes()
            .Dictionary(d => d.Text(new string('n', 4_000_000)).Int(1).Text("a").Tensor(s => s.Storage("0", 6), 0, [6], [1])).Stop(), SixFloats));
    }

    [Fact]
    public void Many_tensors_of_one_shape_are_refused_without_much_memory()
    {
        // A tuple of 64 numbers, memorized, and tensors of that shape from it.
        PickleBytes pickle = new PickleBytes().Ints([.. Enumerable.Repeat(1L, 64)]).Op('q').Raw(0)
            .Global("torch._utils", "_rebuild_tensor_v2").Op('q').Raw(1)
            .Op('(').Storage("0", 6).Int(0).Op('h').Raw(0).Op('h').Raw(0).Raw(0x89).Op('N', 't', 'q').Raw(2).Op(']');
        for (int i = 0; i < 200_000; i++)
            pickle.Op('h').Raw(1).Op('h').Raw(2).Op('R', 'a');
        AssertRefused("describes more objects", TorchFile.Zip(pickle.Stop(), SixFloats));
    }

    [Fact]
    public void A_small_view_of_a_large_deflated_storage_is_refused()
    {
        const int Size = 300 << 20;
        byte[] pickle = PickleBytes.OneTensor(Size / 4, 0, [1], [1]);
        byte[] file = TorchFile.Zip(CompressionLevel.Fastest, ("m/data.pkl", pickle), ("m/data/0", new byte[Size]));
        AssertRefused($"'m/data/0' inflates to {Size} bytes", file);
    }

    [Fact]
    public void Many_tensors_of_one_storage_are_refused_by_their_sum()
    {
        const int Count = 1 << 20;
        byte[] storage = new byte[4 * Count];
        using TemporaryFolder folder = new();
        using (Checkpoint few = Checkpoint.Open(folder.Write("few.bin", TorchFile.Zip(Shared(19), storage))))
            Assert.Equal(19, few.Tensors.Count);
        AssertRefused("again and again", TorchFile.Zip(Shared(21), storage));

        static byte[] Shared(int tensors) => new PickleBytes().Dictionary(d =>
        {
            for (int i = 0; i < tensors; i++)
                d.Text($"t{i}").Tensor(s => s.Storage("0", Count), 0, [Count], [1]);
        }).Stop();
    }

    [Fact]
    public void A_deflated_bomb_is_refused_without_much_memory()
    {
        byte[] zeros = new byte[16 << 20];
        byte[] pickle = PickleBytes.OneTensor(zeros.Length / 4, 0, [zeros.Length / 4], [1]);
        byte[] bomb = TorchFile.Zip(CompressionLevel.Optimal, ("m/data.pkl", pickle), ("m/data/0", zeros));
        // The length that the directory gives for its last entry, the storage.
        Span<byte> length = bomb.AsSpan(bomb.AsSpan().LastIndexOf("PK\x01\x02"u8) + 24, 4);
        foreach (int wrong in (int[])[zeros.Length + 1, zeros.Length - 1, 0, int.MaxValue, -2])
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, wrong);
            HostileFile.AssertRefused("pytorch_model.bin", bomb);
        }
        HostileFile.AssertRefused("pytorch_model.bin", TorchFile.Zip(CompressionLevel.Optimal, ("m/data.pkl", zeros)));
    }
}
