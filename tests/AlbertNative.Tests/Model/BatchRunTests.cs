using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Model;

public sealed class BatchRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Model => Path.Combine(_folder.Path, "model");

    private string Input => Path.Combine(_folder.Path, "in.safetensors");

    private string Output => Path.Combine(_folder.Path, "out.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_output_of_the_class_is_written_with_zeros_under_the_mask()
    {
        WriteModel(ModelArchitecture.PreTraining);
        WriteInput([2, 4], [2, 5, 6, 3, 2, 7, 3, 0], [1, 1, 1, 1, 1, 1, 1, 0]);
        BatchRunSummary summary = BatchRun.Execute(Model, Input, Output, new BatchRunOptions { HiddenStates = true });
        Assert.Equal("AlbertForPreTraining", summary.ClassName);
        Assert.Empty(summary.Omissions);
        using Checkpoint written = Checkpoint.Open(Output);
        Assert.Equal(
            ["hidden_states.0", "hidden_states.1", "hidden_states.2", "hidden_states.3", "prediction_logits", "sop_logits"],
            written.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        float[] logits = Values(written, "prediction_logits", [2, 4, 97]);
        Assert.All(logits[(7 * 97)..], value => Assert.Equal(0f, value));
        Assert.DoesNotContain(0f, logits[..(7 * 97)]);

        using PreTrainedModel opened = PreTrainedModel.Open(Model);
        PreTrainingHead model = new(opened);
        TokenBatch batch = new();
        batch.Add([2, 7, 3]);
        PreTrainingOutput alone = model.Forward(batch);
        Assert.Equal(alone.PredictionLogits[2].ToArray(), logits[(6 * 97)..(7 * 97)]);
        Assert.Equal(alone.SentencePairLogits[0].ToArray(), Values(written, "sop_logits", [2, 3])[3..]);
    }

    [Fact]
    public void Start_and_end_scores_are_outputs_of_their_own()
    {
        WriteModel(ModelArchitecture.QuestionAnswering);
        WriteInput([1, 3], [2, 5, 3]);
        BatchRun.Execute(Model, Input, Output);
        using PreTrainedModel opened = PreTrainedModel.Open(Model);
        QuestionAnsweringHead model = new(opened);
        TokenBatch batch = new();
        batch.Add([2, 5, 3]);
        LogitsOutput expected = model.Forward(batch);
        using Checkpoint written = Checkpoint.Open(Output);
        Assert.Equal([.. Enumerable.Range(0, 3).Select(row => expected.Logits[row][0])], Values(written, "start_logits", [1, 3]));
        Assert.Equal([.. Enumerable.Range(0, 3).Select(row => expected.Logits[row][1])], Values(written, "end_logits", [1, 3]));
    }

    [Fact]
    public void Choices_are_a_dimension_of_their_own()
    {
        WriteModel(ModelArchitecture.MultipleChoice);
        WriteInput([2, 2, 3], [2, 5, 3, 2, 6, 3, 2, 7, 3, 2, 8, 3]);
        BatchRun.Execute(Model, Input, Output);
        using Checkpoint written = Checkpoint.Open(Output);
        Assert.Equal(4, Values(written, "logits", [2, 2]).Distinct().Count());
        WriteInput([2, 3], [2, 5, 3, 2, 6, 3]);
        Assert.Contains("[batch, choices, sequence]", Refusal());
    }

    [Fact]
    public void A_class_can_be_chosen()
    {
        WriteModel(ModelArchitecture.PreTraining);
        WriteInput([1, 3], [2, 5, 3]);
        BatchRunSummary summary = BatchRun.Execute(
            Model, Input, Output, new BatchRunOptions { Architecture = ModelArchitecture.Model });
        Assert.Equal(["last_hidden_state", "pooler_output"], summary.Outputs.Select(output => output.Name));
        Assert.Contains("predictions.bias", summary.SkippedTensors);
        Assert.Contains("qa_outputs.weight", Refusal(ModelArchitecture.QuestionAnswering));
    }

    [Fact]
    public void An_impossible_pooled_output_is_left_out_and_said_so()
    {
        WriteModel(ModelArchitecture.Model);
        WriteInput([2, 3], [2, 5, 3, 0, 2, 3], [1, 1, 1, 0, 1, 1]);
        BatchRunSummary summary = BatchRun.Execute(Model, Input, Output);
        Assert.Equal(["last_hidden_state"], summary.Outputs.Select(output => output.Name));
        Assert.Contains("pooler_output is left out: sequence 1", Assert.Single(summary.Omissions));
        using Checkpoint written = Checkpoint.Open(Output);
        Assert.All(Values(written, "last_hidden_state", [2, 3, 39])[(3 * 39)..(4 * 39)], value => Assert.Equal(0f, value));
    }

    [Fact]
    public void Large_batches_run_in_parts()
    {
        WriteModel(ModelArchitecture.TokenClassification);
        Random random = new(2);
        WriteInput([30, 100], [.. Enumerable.Range(0, 3000).Select(_ => random.Next(97))]);
        BatchRun.Execute(Model, Input, Output);
        using Checkpoint written = Checkpoint.Open(Output);
        Assert.DoesNotContain(0f, Values(written, "logits", [30, 100, 3]));
    }

    [Fact]
    public void Faults_of_the_batch_name_its_file()
    {
        WriteModel(ModelArchitecture.Model);
        WriteInput([1, 3], [2, 97, 3]);
        Assert.Contains("sequence 0, column 1: token id 97", Refusal());
        WriteInput([1, 3], [2, 5, 3], [1, 2, 1]);
        Assert.Contains("the mask is 2", Refusal());
        WriteInput([1, 3], [2, 5, 3], [0, 0, 0]);
        Assert.Contains("no unmasked column", Refusal());
        WriteInput([1, 121], new int[121]);
        Assert.Contains("max_position_embeddings", Refusal());
        WriteInput([3], [2, 5, 3]);
        Assert.Contains("input_ids is [3]", Refusal());
        WriteInput([1, 0], []);
        Assert.Contains("input_ids is [1, 0]", Refusal());
        Write(("input_ids", TensorType.F32, [1, 1], new byte[4]));
        Assert.Contains("input_ids is F32", Refusal());
        Write(("input_ids", TensorType.I64, [1, 1], BitConverter.GetBytes(1L << 40)));
        Assert.Contains("expected 32 bits", Refusal());
        Write(("input_ids", TensorType.I32, [1, 1], new byte[4]), ("attention_mask", TensorType.I32, [1, 2], new byte[8]));
        Assert.Contains("attention_mask is [1, 2]", Refusal());
        Write(("input_ids", TensorType.I32, [1, 1], new byte[4]), ("position_ids", TensorType.I32, [1, 1], new byte[4]));
        Assert.Contains("position_ids", Refusal());
        Write(("attention_mask", TensorType.I32, [1, 1], new byte[4]));
        Assert.Contains("input_ids", Refusal());
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public void What_is_no_fault_of_the_batch_is_not_called_one()
    {
        WriteModel(ModelArchitecture.Model);
        WriteInput([1, 3], [2, 5, 3]);
        // As a fault within the program would come out.
        Assert.ThrowsAny<ArgumentException>(() =>
            BatchRun.Execute(Model, Input, Output, new BatchRunOptions { Architecture = (ModelArchitecture)99 }));
    }

    private string Refusal(ModelArchitecture? architecture = null) => Assert.Throws<CheckpointFormatException>(
        () => BatchRun.Execute(Model, Input, Output, new BatchRunOptions { Architecture = architecture })).Message;

    private void WriteModel(ModelArchitecture architecture)
    {
        Directory.CreateDirectory(Model);
        ModelConfig config = TinyModel.Config with { Architectures = [TinyModel.Config.NameOf(architecture)] };
        File.WriteAllBytes(Path.Combine(Model, ModelConfig.FileName), config.ToJson());
        SafetensorsWriter writer = new();
        foreach (WeightTensor tensor in TinyModel.Weights(architecture).Tensors)
        {
            float[] values = new float[tensor.ElementCount];
            tensor.CopyTo(0, values);
            writer.Add(tensor.Name, TensorType.F32, tensor.Shape.AsSpan(), values.AsMemory());
        }
        writer.Save(Path.Combine(Model, "model.safetensors"));
    }

    private void WriteInput(long[] shape, int[] ids, int[]? mask = null)
    {
        long[] wide = Array.ConvertAll(ids, id => (long)id);
        (string, TensorType, long[], byte[]) tensor = ("input_ids", TensorType.I64, shape, MemoryMarshal.AsBytes(wide.AsSpan()).ToArray());
        if (mask is null)
            Write(tensor);
        else
            Write(tensor, ("attention_mask", TensorType.I32, shape, MemoryMarshal.AsBytes(mask.AsSpan()).ToArray()));
    }

    private void Write(params (string Name, TensorType Type, long[] Shape, byte[] Bytes)[] tensors)
    {
        SafetensorsWriter writer = new();
        foreach ((string name, TensorType type, long[] shape, byte[] bytes) in tensors)
            writer.Add(name, type, shape, bytes.AsMemory());
        writer.Save(Input);
    }

    private static float[] Values(Checkpoint checkpoint, string name, long[] shape)
    {
        Assert.True(checkpoint.TryGet(name, out CheckpointTensor? tensor));
        Assert.Equal(shape, tensor.Shape);
        return CheckpointComparison.Floats(tensor);
    }
}
