using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests;

/// <summary>The folder's TensorFlow checkpoints as models: good ones give the weights that were written, damaged ones are refused.</summary>
public sealed class TensorFlowTests(ITestOutputHelper output)
{
    private const string Refused = "-must-be-refused";

    public static TheoryData<string> Good => [.. Names.Where(name => !name.EndsWith(Refused, StringComparison.Ordinal))];

    public static TheoryData<string> Damaged => [.. Names.Where(name => name.EndsWith(Refused, StringComparison.Ordinal))];

    private static IEnumerable<string> Names => SharedFolder.Directories("models/formats-tf").Select(d => Path.GetFileName(d));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Good))]
    public void A_checkpoint_opens_as_the_model_that_was_written(string name)
    {
        string directory = SharedFolder.Require("models", "formats-tf", name);
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "expected.json")));
        using ModelFiles files = ModelFiles.Open(directory);
        ModelConfig config = files.ReadConfig();
        Assert.True(config.Architectures.IsEmpty || config.Architectures[0] == expected.RootElement.GetProperty("architecture").GetString());
        JsonElement tensors = expected.RootElement.GetProperty("tensors");
        Assert.Equal(tensors.EnumerateObject().Select(t => t.Name).Order(), files.Checkpoint.Tensors.Select(t => t.Name).Order());
        foreach (CheckpointTensor tensor in files.Checkpoint.Tensors)
        {
            float[] wanted = new float[tensor.ElementCount];
            SyntheticCheckpoint.Fill(tensor.Name, tensor.Shape.AsSpan(), 0, wanted);
            Assert.Equal(Array.ConvertAll(wanted, value => CheckpointComparison.Round(tensor.Type, value)), CheckpointComparison.Floats(tensor));
        }
        using PreTrainedModel model = PreTrainedModel.Open(directory);
        EncoderHead encoder = new(model);
        TokenBatch batch = new();
        batch.Add([2, 7, 11, 3]);
        Assert.True(float.IsFinite(encoder.Forward(batch).LastHiddenState[0][0]));
        output.WriteLine($"{name}: {config.ClassName}, {files.Checkpoint.Tensors.Count} tensors; {files.Remark}");
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Damaged))]
    public void A_damaged_checkpoint_is_refused_by_name(string name)
    {
        string directory = SharedFolder.Require("models", "formats-tf", name);
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => PreTrainedModel.Open(directory).Dispose());
        Assert.StartsWith(directory, e.Path);
        output.WriteLine(e.Problem);
    }
}
