using AlbertNative.Checkpoints;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Checkpoints;

public sealed class ShardIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ShardIndexTests()
    {
        WriteShard("1.safetensors", "a", 1, """{"format":"pt","part":"1"}""");
        WriteShard("parts/2.safetensors", "b", 2, """{"format":"pt","part":"2"}""");
        _folder.Write("1.bin", TorchFile.Zip(PickleBytes.OneTensor(1, 0, [1], [1]), SafetensorsFile.Floats(3)));
    }

    public void Dispose() => _folder.Dispose();

    private void WriteShard(string file, string tensor, float value, string metadata) => _folder.Write(file, SafetensorsFile.Bytes(
        $$"""{"__metadata__":{{metadata}},"{{tensor}}":{"dtype":"F32","shape":[1],"data_offsets":[0,4]} }""", SafetensorsFile.Floats(value)));

    private string WriteIndex(string map, string name = "model.safetensors.index.json") =>
        _folder.Write(name, $$"""{"metadata":{"total_size":8},"weight_map":{{map}} }""");

    private void AssertRefused(string message, string map)
    {
        string path = WriteIndex(map);
        long length = Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        Assert.Contains(message, HostileFile.AssertRefused(path, length).Message);
    }

    [Fact]
    public void Tensors_of_all_shards_are_there()
    {
        string path = WriteIndex("""{"a":"1.safetensors","b":"parts/2.safetensors"}""");
        Checkpoint checkpoint = Checkpoint.Open(_folder.Path);
        Assert.Equal(path, checkpoint.Source);
        Assert.Equal(["a", "b"], checkpoint.Tensors.Select(t => t.Name));
        Assert.Equal([2f], CheckpointComparison.Floats(checkpoint.Tensors[1]));
        Assert.Equal("format=pt", string.Join(' ', checkpoint.Metadata.Select(m => $"{m.Key}={m.Value}")));
        checkpoint.Dispose();
        Assert.Throws<ObjectDisposedException>(() => CheckpointComparison.Floats(checkpoint.Tensors[0]));
        Assert.Throws<ObjectDisposedException>(() => CheckpointComparison.Floats(checkpoint.Tensors[1]));
    }

    [Fact]
    public void Shards_may_be_pytorch_files()
    {
        WriteIndex("""{"a":"1.bin"}""", "pytorch_model.bin.index.json");
        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path);
        Assert.Equal([3f], CheckpointComparison.Floats(Assert.Single(checkpoint.Tensors)));
    }

    [Theory]
    [InlineData("../1.safetensors")]
    [InlineData("parts/../1.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("C:/1.safetensors")]
    [InlineData("C:1.safetensors")]
    [InlineData("..\\\\1.safetensors")]
    [InlineData("\\\\\\\\host\\\\share")]
    [InlineData("./1.safetensors")]
    [InlineData("parts//2.safetensors")]
    [InlineData("parts/")]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a\\u0000b")]
    [InlineData("model.safetensors.index.json")]
    public void A_shard_outside_the_directory_is_refused(string shard) =>
        AssertRefused("is not a path inside", $$"""{"a":"{{shard}}"}""");

    [Fact]
    public void An_index_that_does_not_fit_its_shards_is_refused()
    {
        AssertRefused("'c' is not in the shard '1.safetensors'", """{"a":"1.safetensors","c":"1.safetensors"}""");
        AssertRefused("'b' is in the shard 'parts/2.safetensors', but by the index in none", """{"a":"1.safetensors","c":"parts/2.safetensors"}""");
        AssertRefused("'a' is in the shard '1.safetensors', but by the index in parts/2.safetensors", """{"c":"1.safetensors","a":"parts/2.safetensors"}""");
        AssertRefused("'3.safetensors' is not there", """{"a":"3.safetensors"}""");
        AssertRefused("'parts' is not there", """{"a":"parts"}""");
        AssertRefused("'a' twice", """{"a":"1.safetensors","a":"1.safetensors"}""");
        AssertRefused("expected String", """{"a":1}""");
        AssertRefused("expected StartObject", "[]");
        AssertRefused("two 'weight_map'", """{},"weight_map":{}""");
        AssertRefused("not valid JSON", "{");
        AssertRefused("not valid JSON", """{"\uD800":"1.safetensors"}""");
        AssertRefused("not valid JSON", """{"a":"\uDC00"}""");
        AssertRefused("'\\u009B\\u202E.safetensors' is not there", """{"a":"\u009B\u202E.safetensors"}""");
        _folder.Write("4.safetensors", [1, 2, 3]);
        AssertRefused("4.safetensors: 3 bytes are too few", """{"a":"1.safetensors","d":"4.safetensors"}""");
        Assert.Contains("no 'weight_map'", HostileFile.AssertRefused("x.index.json", "{}"u8).Message);
        Assert.Contains("expected StartObject", HostileFile.AssertRefused("x.index.json", "[]"u8).Message);
        Assert.Contains("not valid JSON", HostileFile.AssertRefused("x.index.json", ""u8).Message);
    }

    [Fact]
    public void Hostile_indexes_are_refused_without_much_memory()
    {
        AssertRefused("names more than 1024 shards", "{" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"{i}\":\"{i}\"")) + "}");
        AssertRefused("describes more objects", "{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"{i}\":\"s\"")) + "}");
        AssertRefused("a name of 3000000 bytes", $$"""{"a":"{{new string('/', 3_000_000)}}"}""");
    }

    [Fact]
    public void A_directory_without_a_checkpoint_is_refused()
    {
        using TemporaryFolder empty = new();
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => Checkpoint.Open(empty.Path));
        Assert.Contains("holds no model.safetensors", e.Message);
        Assert.Throws<FileNotFoundException>(() => Checkpoint.Open(Path.Combine(empty.Path, "none.bin")));
        Assert.Throws<ArgumentException>(() => Checkpoint.Open(""));
    }
}
