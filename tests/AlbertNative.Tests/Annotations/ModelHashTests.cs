using AlbertNative.Annotations;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Annotations;

public sealed class ModelHashTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_the_same_wherever_a_model_lies()
    {
        string hash = Of(Nano.Path);
        Assert.Matches("^[0-9a-f]{64}$", hash);
        Assert.Equal(hash, Of(_folder.Write("other.safetensors", File.ReadAllBytes(Nano.Path))));
        _folder.Copy(Nano.Folder, "model");
        _folder.Write("model/README.md", "what else lies there");
        Assert.Equal(Of(Nano.Folder), Of(Path.Combine(_folder.Path, "model")));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("spiece.model")]
    [InlineData("model.safetensors")]
    public void It_differs_where_a_part_does(string part)
    {
        _folder.Copy(Nano.Folder, "model");
        string path = Path.Combine(_folder.Path, "model", part);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^2] ^= 0x20;
        File.WriteAllBytes(path, bytes);
        Assert.NotEqual(Of(Nano.Folder), Of(Path.Combine(_folder.Path, "model")));
    }

    private static string Of(string path) => AnnotationModel.HashOf(path, cancellationToken: TestContext.Current.CancellationToken);
}
