using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>Gives the weights that were found in a graph Hugging Face's names, shapes and orientation.</summary>
internal static class OnnxTensors
{
    public static List<CheckpointTensor> Name(AlbertParts parts, SharedLayers layers)
    {
        List<CheckpointTensor> tensors =
        [
            parts.WordEmbeddings.Weight.Rename(TensorCatalogue.WordEmbeddings),
            parts.PositionEmbeddings.Weight.Rename(TensorCatalogue.PositionEmbeddings),
            parts.TokenTypeEmbeddings.Weight.Rename(TensorCatalogue.TokenTypeEmbeddings),
        ];
        Add(tensors, TensorCatalogue.EmbeddingNorm, parts.EmbeddingNorm);
        Add(tensors, TensorCatalogue.EmbeddingProjection, parts.EmbeddingProjection);
        for (int i = 0; i < layers.Steps.Length; i++)
        {
            string prefix = TensorCatalogue.LayerPrefix(i / layers.InnerGroupCount, i % layers.InnerGroupCount);
            foreach ((string module, OnnxPart part) in layers.Steps[i].Modules)
                Add(tensors, $"{prefix}.{module}", part);
        }
        Add(tensors, TensorCatalogue.Pooler, parts.Pooler);
        Add(tensors, TensorCatalogue.SentenceOrder, parts.SentenceOrder);
        Add(tensors, TensorCatalogue.Classifier, parts.Classifier);
        Add(tensors, TensorCatalogue.Answer, parts.Answer);
        AddPredictions(tensors, parts);
        return tensors;
    }

    private static void AddPredictions(List<CheckpointTensor> tensors, AlbertParts parts)
    {
        if (parts.PredictionDecoder is not { } decoder)
            return;
        Add(tensors, TensorCatalogue.PredictionDense, parts.PredictionDense);
        Add(tensors, TensorCatalogue.PredictionNorm, parts.PredictionNorm);
        tensors.Add(decoder.Bias!.Rename(TensorCatalogue.PredictionBias));
        // Tied weights are one tensor; where they differ both are kept, for the loader to refuse by name.
        CheckpointTensor weight = Weight(TensorCatalogue.DecoderWeight, decoder);
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
