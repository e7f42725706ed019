using AlbertNative.Checkpoints;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>One synthetic checkpoint in every container: all of them hold the same bits.</summary>
public sealed class FormatsTests
{
    private static readonly string Folder = CheckpointFixtures.Formats;

    public static TheoryData<string> Names =>
        [.. Directory.EnumerateDirectories(Folder).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_container_holds_the_same_tensors(string name)
    {
        string directory = Path.Combine(Folder, name);
        if (name.Contains("must-be-refused", StringComparison.Ordinal))
        {
            CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => Checkpoint.Open(directory));
            Assert.Contains("'posix.system'", e.Message);
            Assert.Equal(Path.Combine(directory, "pytorch_model.bin"), e.Path);
            Assert.False(File.Exists("/tmp/albert-pickle-was-executed"));
            return;
        }
        Assert.True(CheckpointComparison.AssertSame(Path.Combine(Folder, "safetensors-f32"), directory) > 20);
    }
}
