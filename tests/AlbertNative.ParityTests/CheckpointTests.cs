using AlbertNative.Checkpoints;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests;

/// <summary>The reference checkpoints, in every container that the folder holds.</summary>
public sealed class CheckpointTests
{
    public static TheoryData<string> Formats =>
        [.. SharedFolder.Directories("models/formats").Select(d => Path.GetFileName(d))];

    public static TheoryData<string> TwoContainers =>
        [.. SharedFolder.Directories("models")
            .Where(d => File.Exists(Path.Combine(d, "pytorch_model.bin")) && File.Exists(Path.Combine(d, "model.safetensors")))
            .Select(d => Path.GetFileName(d))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Formats))]
    public void A_container_holds_the_bits_of_the_float32_one(string name)
    {
        string directory = SharedFolder.Require("models", "formats", name);
        if (name.Contains("must-be-refused", StringComparison.Ordinal))
        {
            CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => Checkpoint.Open(directory));
            TestContext.Current.TestOutputHelper?.WriteLine(e.Message);
            return;
        }
        int count = CheckpointComparison.AssertSame(SharedFolder.Require("models", "formats", "safetensors-f32"), directory);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {count} tensors, same bits");
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(TwoContainers))]
    public void A_published_model_is_the_same_from_both_of_its_files(string name)
    {
        string directory = SharedFolder.Require("models", name);
        string torch = Path.Combine(directory, "pytorch_model.bin");
        int count = CheckpointComparison.AssertSame(Path.Combine(directory, "model.safetensors"), torch);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {count} tensors, same bits");
    }
}
