using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.Cli;

/// <summary>
/// From a file of token ids to a file of outputs, both safetensors: how one implementation is compared with another.
/// </summary>
internal static class BatchRun
{
    /// <summary>Runs a checkpoint over a batch and writes every output of its class under Hugging Face's names.</summary>
    /// <param name="modelPath">The model: whatever <see cref="ModelFiles.Open"/> takes.</param>
    /// <param name="inputPath">
    /// A safetensors file with <c>input_ids</c> [batch, sequence], or [batch, choices, sequence] for multiple choice,
    /// and, where wanted, <c>attention_mask</c> and <c>token_type_ids</c> of the same shape; all I64 or I32. Other
    /// tensors in it are not read.
    /// </param>
    /// <param name="outputPath">
    /// The safetensors file to write, F32: <c>last_hidden_state</c>, <c>pooler_output</c>, <c>logits</c>,
    /// <c>prediction_logits</c>, <c>sop_logits</c>, <c>start_logits</c>, <c>end_logits</c>, <c>hidden_states.N</c>, as the
    /// class has them; zero where the mask is 0.
    /// </param>
    /// <param name="options">How to run.</param>
    /// <param name="cancellationToken">Stops the run; no output is then left.</param>
    /// <exception cref="CheckpointFormatException">A file is not what it should be; names the file and the fault.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static BatchRunSummary Execute(
        string modelPath,
        string inputPath,
        string outputPath,
        BatchRunOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new BatchRunOptions();
        RectangularBatch batch = RectangularBatch.Read(inputPath);
        using PreTrainedModel model = PreTrainedModel.Open(modelPath, options.Model, cancellationToken: cancellationToken);
        ModelArchitecture architecture = options.Architecture ?? DefaultOf(model);
        (IReadOnlyList<RectangularOutput> outputs, IReadOnlyList<string> omissions) =
            Forward(model, architecture, batch, inputPath, options, cancellationToken);

        SafetensorsWriter writer = new();
        foreach (RectangularOutput output in outputs)
            writer.Add(output.Name, TensorType.F32, output.Shape.AsSpan(), output.Values.AsMemory());
        writer.Save(outputPath, cancellationToken: cancellationToken);
        return new BatchRunSummary(
            model.Config.NameOf(architecture), [.. outputs.Select(output => (output.Name, output.Shape))], [.. omissions], [.. model.UnusedTensors(architecture)]);
    }

    private static ModelArchitecture DefaultOf(PreTrainedModel model)
    {
        try
        {
            return model.Config.DefaultArchitecture;
        }
        catch (NotSupportedException e)
        {
            throw new CheckpointFormatException(model.Name, e.Message, e);
        }
    }

    private static (IReadOnlyList<RectangularOutput> Outputs, IReadOnlyList<string> Omissions) Forward(
        PreTrainedModel model, ModelArchitecture architecture, RectangularBatch batch, string inputPath, BatchRunOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return RectangularForward.Run(model, architecture, batch, options.HiddenStates, cancellationToken);
        }
        // The batch came out of a file, so the fault is the file's; whatever else fails is not.
        catch (BatchException e)
        {
            throw new CheckpointFormatException(inputPath, e.Message, e);
        }
    }
}
