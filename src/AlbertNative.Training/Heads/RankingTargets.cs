using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>
/// Multiple-negatives ranking (Henderson et al., arXiv:1705.00652; sentence-transformers' MultipleNegativesRankingLoss): each
/// first text is to find its own second one among those of all examples and their negatives, by softmax of scale · cosine.
/// </summary>
/// <param name="pooling">From tokens to a vector.</param>
/// <param name="textsPerExample">2 and the number of negatives: an example's texts follow each other as sequences.</param>
/// <param name="scale">What cosines are multiplied by: one over the temperature.</param>
internal sealed class RankingTargets(VectorPooling pooling, int textsPerExample, double scale) : JointTargets
{
    private readonly List<double[]> _vectors = [];
    private UnitVectors? _units;
    private int _applied;

    public override void Collect(TrainableModel model) => _vectors.AddRange(pooling.Pool(model));

    public override double Solve()
    {
        (double loss, _units) = Solve(_vectors, textsPerExample, scale);
        return loss;
    }

    /// <summary>The mean loss of vectors, and the gradients of all of them.</summary>
    public static (double Loss, UnitVectors Units) Solve(IReadOnlyList<double[]> vectors, int textsPerExample, double scale)
    {
        UnitVectors units = new(vectors);
        int examples = vectors.Count / textsPerExample;
        // All second texts, then all first negatives, and so on: an example's own second text is the candidate of its number.
        int[] candidates = [.. Enumerable.Range(0, examples * (textsPerExample - 1)).Select(i => (i % examples * textsPerExample) + 1 + (i / examples))];
        double[] scores = new double[candidates.Length];
        double loss = 0;
        for (int example = 0; example < examples; example++)
        {
            int first = example * textsPerExample;
            for (int i = 0; i < scores.Length; i++)
                scores[i] = scale * units.Cosine(first, candidates[i]);
            double largest = scores.Max(), sum = scores.Sum(score => Math.Exp(score - largest));
            loss += (Math.Log(sum) + largest - scores[example]) / examples;
            for (int i = 0; i < scores.Length; i++)
            {
                double share = (Math.Exp(scores[i] - largest) / sum) - (i == example ? 1 : 0);
                units.AddCosineGradient(first, candidates[i], scale * share / examples);
            }
        }
        return (loss, units);
    }

    public override void Apply(TrainableModel model)
    {
        int first = _applied;
        pooling.Apply(model, sequence => _units!.Gradient(first + sequence));
        _applied += model.Batch.SequenceCount;
    }
}
