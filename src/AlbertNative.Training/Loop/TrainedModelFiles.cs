using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>Writes a trained model as transformers lays it out: <c>config.json</c>, <c>model.safetensors</c> and the tokenizer's files.</summary>
internal static class TrainedModelFiles
{
    /// <summary>The optimizer's moments beside a checkpoint's weights.</summary>
    public const string OptimizerFile = "optimizer.safetensors";

    /// <summary>What a tokenizer's files may be called.</summary>
    public static readonly string[] TokenizerFiles =
    [
        ModelFiles.SentencePieceModel, ModelFiles.TokenizerJson, ModelFiles.WordPieceVocabulary,
        "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    ];

    /// <summary>Writes the model into a directory that is there, and other files beside it.</summary>
    public static void Write(string directory, TrainableModel model, IReadOnlyDictionary<string, byte[]?> files)
    {
        ModelConfig config = model.Config with { Architectures = [model.Config.NameOf(model.Architecture)] };
        WholeFile.Write(Path.Combine(directory, ModelFiles.Config), config.ToJson());
        foreach ((string name, byte[]? bytes) in files)
        {
            if (bytes is null)
                continue;
            string path = Path.Combine(directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            WholeFile.Write(path, bytes);
        }
        SafetensorsWriter writer = new(new Dictionary<string, string> { ["format"] = "pt" });
        ConvertedWeights.Plan(model.ToWeightSource(), config, WeightStorage.Float32).AddTo(writer);
        writer.Save(Path.Combine(directory, "model.safetensors"));
    }

    /// <summary>Writes the optimizer's moments under the parameters' names.</summary>
    public static void WriteOptimizer(string directory, TrainableModel model, AdamW optimizer)
    {
        SafetensorsWriter writer = new();
        foreach (TrainableParameter parameter in model.Layout.Parameters)
        {
            writer.Add(parameter.Name + ".exp_avg", TensorType.F32, parameter.Shape.AsSpan(), Copy(optimizer.FirstMoments, parameter));
            writer.Add(parameter.Name + ".exp_avg_sq", TensorType.F32, parameter.Shape.AsSpan(), Copy(optimizer.SecondMoments, parameter));
        }
        writer.Save(Path.Combine(directory, OptimizerFile));
    }

    /// <summary>Sets the parameters to a checkpoint's.</summary>
    /// <exception cref="CheckpointFormatException">A tensor is missing or misshapen.</exception>
    public static void Read(string directory, TrainableModel model)
    {
        using Checkpoint weights = Checkpoint.Open(Path.Combine(directory, "model.safetensors"));
        foreach (TrainableParameter parameter in model.Layout.Parameters)
            Set(weights, parameter.Name, parameter, model.Values);
        model.Pack();
    }

    /// <summary>Sets the optimizer's moments to a checkpoint's.</summary>
    /// <exception cref="CheckpointFormatException">A tensor is missing or misshapen.</exception>
    public static void ReadOptimizer(string directory, TrainableModel model, AdamW optimizer)
    {
        using Checkpoint moments = Checkpoint.Open(Path.Combine(directory, OptimizerFile));
        foreach (TrainableParameter parameter in model.Layout.Parameters)
        {
            Set(moments, parameter.Name + ".exp_avg", parameter, optimizer.FirstMoments);
            Set(moments, parameter.Name + ".exp_avg_sq", parameter, optimizer.SecondMoments);
        }
    }

    private static ReadOnlyMemory<float> Copy(Tensors.ParameterBlock block, TrainableParameter parameter) =>
        block.Values.Slice(parameter.Offset, parameter.Length).ToArray();

    private static void Set(Checkpoint checkpoint, string name, TrainableParameter parameter, Tensors.ParameterBlock block)
    {
        if (!checkpoint.TryGet(name, out CheckpointTensor? tensor) || !tensor.Shape.SequenceEqual(parameter.Shape))
            throw new CheckpointFormatException(checkpoint.Source, $"does not hold {name} of [{string.Join(", ", parameter.Shape)}]");
        tensor.CopyTo(block.Values.Slice(parameter.Offset, parameter.Length));
    }
}
