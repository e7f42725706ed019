using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>Gives the weights that were found in a graph Hugging Face's names, shapes and orientation.</summary>
internal static class OnnxTensors
{
    public static List<CheckpointTensor> Name(AlbertParts parts, SharedLayers layers, Family family)
    {
        List<CheckpointTensor> tensors =
        [
            parts.WordEmbeddings.Weight.Rename(family.WordEmbeddings),
            parts.PositionEmbeddings.Weight.Rename(family.PositionEmbeddings),
            parts.TokenTypeEmbeddings.Weight.Rename(family.TokenTypeEmbeddings),
        ];
        Add(tensors, family.EmbeddingNorm, parts.EmbeddingNorm);
        if (family.EmbeddingProjection is string projection)
            Add(tensors, projection, parts.EmbeddingProjection);
        for (int i = 0; i < layers.Steps.Length; i++)
        {
            string prefix = family.LayerPrefix(i / layers.InnerGroupCount, i % layers.InnerGroupCount);
            foreach ((string module, OnnxPart part) in layers.Steps[i].Modules(family.Layer))
                Add(tensors, $"{prefix}.{module}", part);
        }
        Add(tensors, family.Pooler, parts.Pooler);
        Add(tensors, family.SentencePair, parts.SentenceOrder);
        Add(tensors, Family.Classifier, parts.Classifier);
        Add(tensors, Family.Answer, parts.Answer);
        AddPredictions(tensors, parts, family);
        return tensors;
    }

    private static void AddPredictions(List<CheckpointTensor> tensors, AlbertParts parts, Family family)
    {
        if (parts.PredictionDecoder is not { } decoder)
            return;
        Add(tensors, family.Prediction.Dense, parts.PredictionDense);
        Add(tensors, family.Prediction.Norm, parts.PredictionNorm);
        tensors.Add(decoder.Bias!.Rename(family.Prediction.Bias));
        // Tied weights are one tensor; a decoder that differs is one of its own.
        CheckpointTensor weight = Weight(TensorCatalogue.Weight(family.Prediction.Decoder), decoder);
        if (!weight.HasSameElements(parts.WordEmbeddings.Weight))
            tensors.Add(weight);
    }

    private static void Add(List<CheckpointTensor> tensors, string module, OnnxPart? part)
    {
        if (part is null)
            return;
        tensors.Add(Weight(TensorCatalogue.Weight(module), part));
        tensors.Add(part.Bias!.Rename(TensorCatalogue.Bias(module)));
    }

    private static CheckpointTensor Weight(string name, OnnxPart part) =>
        part.IsTransposed ? part.Weight.Transpose(name) : part.Weight.Rename(name);
}
