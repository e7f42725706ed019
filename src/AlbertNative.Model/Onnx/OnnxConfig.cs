using System.Globalization;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>The configuration of the ALBERT that a graph computes, read off its weights and the nodes between them.</summary>
internal sealed class OnnxConfig(string path, OnnxGraph graph, AlbertParts parts)
{
    /// <summary>Every value that decides what the model computes; the others keep their defaults.</summary>
    /// <exception cref="CheckpointFormatException">The graph does not say enough, or is not that of an ALBERT.</exception>
    public ModelConfig Infer(SharedLayers layers, ModelArchitecture architecture)
    {
        ModelConfig config = new(parts.Family)
        {
            VocabularySize = Size(parts.WordEmbeddings.Weight.Shape[0]),
            EmbeddingSize = Size(parts.WordEmbeddings.Weight.Shape[1]),
            MaxPositionCount = Size(parts.PositionEmbeddings.Weight.Shape[0]),
            TypeVocabularySize = Size(parts.TokenTypeEmbeddings.Weight.Shape[0]),
            HiddenSize = Size(parts.Steps[0].Query.OutputCount),
            IntermediateSize = Size(parts.Steps[0].Ffn.OutputCount),
            LayerCount = layers.LayerCount,
            GroupCount = layers.GroupCount,
            InnerGroupCount = layers.InnerGroupCount,
            HeadCount = CountHeads(),
            Activation = FindActivation(),
            LayerNormEpsilon = FindEpsilon(),
            Architectures = [Family.Of(parts.Family).ClassName(architecture)],
        };
        OnnxPart? labels = parts.Classifier ?? parts.SentenceOrder;
        if (labels is not null && architecture != ModelArchitecture.MultipleChoice)
            config = config with { Labels = ModelConfig.NumberedLabels(Size(labels.OutputCount)) };
        try
        {
            config.Validate();
        }
        catch (ArgumentException e)
        {
            throw Error(e.Message, e);
        }
        return config;
    }

    // The queries are reshaped to [..., heads, head size].
    private int CountHeads()
    {
        AlbertStepParts step = parts.Steps[0];
        long? size = graph.FindConsumer(step.Query.Output, "Reshape") is { Inputs: [_, var shape] }
            ? graph.LastInteger(shape)
            : null;
        return size > 0 && step.Query.OutputCount % size == 0
            ? Size(step.Query.OutputCount / size.Value)
            : throw Error("the graph does not say how many attention heads it has: put its config.json beside it");
    }

    private HiddenActivation FindActivation()
    {
        AlbertStepParts step = parts.Steps[0];
        List<OnnxNode> nodes = graph.Between([step.Ffn.Output], step.FfnOutput.Input);
        HashSet<string> operators = [.. nodes.Select(n => n.OpType)];
        if (nodes.Find(n => n.OpType == "Gelu") is { } gelu)
            return gelu.FindAttribute("approximate")?.Text == "tanh" ? HiddenActivation.GeluTanh : HiddenActivation.Gelu;
        if (operators.Contains("Erf"))
            return HiddenActivation.Gelu;
        if (operators.Contains("Tanh"))
            return operators.Contains("Mul") ? HiddenActivation.GeluTanh : HiddenActivation.Tanh;
        if (operators.Contains("Relu"))
            return HiddenActivation.Relu;
        return operators.Contains("Sigmoid") && operators.Contains("Mul")
            ? HiddenActivation.Silu
            : throw Error($"no activation that ALBERTs have is made of {string.Join(", ", operators.Order(StringComparer.Ordinal))}");
    }

    private double FindEpsilon()
    {
        float epsilon = parts.EmbeddingNorm.Epsilon ?? FindAddedToVariance() ?? throw Error("the LayerNorms have no epsilon");
        // The float nearest to 1e-12 is not 1e-12: what was meant is the shortest number that rounds to it.
        return double.Parse(epsilon.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private float? FindAddedToVariance()
    {
        List<OnnxNode> nodes = graph.Between(
            [parts.WordEmbeddings.Output, parts.PositionEmbeddings.Output, parts.TokenTypeEmbeddings.Output], parts.EmbeddingNorm.Input);
        foreach (OnnxNode root in nodes.Where(n => n.OpType is "Sqrt" or "Pow"))
        {
            if (graph.TryGetProducer(root.Inputs[0], out OnnxNode? sum) && sum.OpType == "Add")
            {
                foreach (string input in sum.Inputs)
                {
                    if (graph.Scalar(input) is { } epsilon)
                        return epsilon;
                }
            }
        }
        return null;
    }

    private int Size(long size) => size is > 0 and <= int.MaxValue
        ? (int)size
        : throw Error($"a weight has a dimension of {size}");

    private CheckpointFormatException Error(string problem, Exception? inner = null) => new(path, problem, inner);
}
