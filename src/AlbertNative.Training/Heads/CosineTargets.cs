using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>How alike two texts are: the mean of (cos(u, v) − label)², sentence-transformers' CosineSimilarityLoss.</summary>
/// <param name="pooling">From tokens to a vector.</param>
/// <param name="labels">For each pair of sequences its likeness.</param>
internal sealed class CosineTargets(VectorPooling pooling, double[] labels) : TrainingTargets
{
    public override LossParts Weight { get; } = new(labels.Length, 0);

    public override LossParts Apply(TrainableModel model, LossParts total)
    {
        if (model.Batch.SequenceCount != 2 * labels.Length)
            throw new ArgumentException($"{labels.Length} labels for {model.Batch.SequenceCount} texts");
        UnitVectors units = new([.. pooling.Pool(model)]);
        double loss = 0;
        for (int pair = 0; pair < labels.Length; pair++)
        {
            double error = units.Cosine(2 * pair, (2 * pair) + 1) - labels[pair];
            loss += error * error / total.First;
            units.AddCosineGradient(2 * pair, (2 * pair) + 1, 2 * error / total.First);
        }
        pooling.Apply(model, units.Gradient);
        return new LossParts(loss, 0);
    }
}

/// <summary>No loss: the model's outputs are only looked at.</summary>
internal sealed class NoTargets : TrainingTargets
{
    public override LossParts Weight => default;

    public override LossParts Apply(TrainableModel model, LossParts total) => default;
}
