using System.Diagnostics;
using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>Files in place of which there is a link, a pipe or a device.</summary>
public sealed class FileLinkTests : IDisposable
{
    private const string Header = """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Link(string name, string target)
    {
        string path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            File.CreateSymbolicLink(path, target);
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException)
        {
            Assert.Skip("this account may not create symbolic links");
        }
        return path;
    }

    private static byte[] Index(string shard) => Encoding.UTF8.GetBytes($$"""{"weight_map":{"a":"{{shard}}"} }""");

    private static byte[] Onnx(string location) =>
        new OnnxFile().Initializer(OnnxFile.External("a", [1], location, "length", "4")).ToBytes();

    [Theory]
    [InlineData("w.safetensors", "../secret.safetensors")]
    [InlineData("w.safetensors", "{root}/secret.safetensors")]
    [InlineData("w.safetensors", "deep/w.safetensors")]
    [InlineData("out", "..")]
    public void A_link_out_of_the_directory_is_refused(string name, string target)
    {
        byte[] shard = SafetensorsFile.Bytes(Header, SafetensorsFile.Floats(7));
        _folder.Write("secret.safetensors", shard);
        Link("model/deep/w.safetensors", "../../secret.safetensors");
        Link("model/" + name, target.Replace("{root}", _folder.Path, StringComparison.Ordinal));
        string file = name == "out" ? "out/secret.safetensors" : name;
        string index = _folder.Write("model/model.safetensors.index.json", Index(file));
        Assert.Contains("a link that leads out", HostileFile.AssertRefused(index, shard.Length).Message);
        string onnx = _folder.Write("model/m.onnx", Onnx(file));
        Assert.Contains("a link that leads out",
            HostileFile.AssertRefused(() => OnnxCheckpoint.Open(onnx).Dispose(), onnx, shard.Length).Message);
    }

    /// <summary>As Hugging Face's cache has it: a snapshot of links to blobs that lie elsewhere, side by side.</summary>
    [Fact]
    public void Links_to_one_directory_and_within_the_model_are_followed()
    {
        _folder.Write("blobs/1", SafetensorsFile.Bytes(Header, SafetensorsFile.Floats(7)));
        _folder.Write("blobs/2", Index("w.safetensors"));
        _folder.Write("blobs/3", Onnx("w.bin"));
        Link("snapshots/r/w.safetensors", "../../blobs/1");
        Link("snapshots/r/w.bin", "../../blobs/1");
        using Checkpoint sharded = Checkpoint.Open(Link("snapshots/r/model.safetensors.index.json", "../../blobs/2"));
        Assert.Equal([7f], CheckpointComparison.Floats(sharded.Tensors[0]));
        using OnnxCheckpoint onnx = OnnxCheckpoint.Open(Link("snapshots/r/m.onnx", "../../blobs/3"));
        Assert.Equal("a", onnx.Initializers[0].Name);

        _folder.Write("model/parts/w.safetensors", SafetensorsFile.Bytes(Header, SafetensorsFile.Floats(8)));
        Link("model/w.safetensors", "parts/w.safetensors");
        Link("other", "model");
        _folder.Write("model/model.safetensors.index.json", Index("w.safetensors"));
        using Checkpoint inside = Checkpoint.Open(Path.Combine(_folder.Path, "other"));
        Assert.Equal([8f], CheckpointComparison.Floats(inside.Tensors[0]));
    }

    [Fact]
    public void A_pipe_or_a_device_is_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pipes are no files on Windows");
        string pipe = Path.Combine(_folder.Path, "model.safetensors");
        using (Process mkfifo = Process.Start("mkfifo", [pipe]))
            mkfifo.WaitForExit();
        Assert.True(File.Exists(pipe));
        HostileFile.AssertRefused(_folder.Path, 0);
        HostileFile.AssertRefused(pipe, 0);
        HostileFile.AssertRefused(Link("linked.safetensors", "model.safetensors"), 0);
        Assert.Contains("a pipe or a device", HostileFile.AssertRefused(Link("pytorch_model.bin", pipe), 0).Message);
        HostileFile.AssertRefused(Link("zero.safetensors", "/dev/zero"), 0);
        string index = _folder.Write("sub/model.safetensors.index.json", Index("w.safetensors"));
        Link("sub/w.safetensors", pipe);
        HostileFile.AssertRefused(index, 0);
        string onnx = _folder.Write("m.onnx", Onnx("model.safetensors"));
        Assert.Contains("runs past the end",
            HostileFile.AssertRefused(() => OnnxCheckpoint.Open(onnx).Dispose(), onnx, 0).Message);
    }
}
