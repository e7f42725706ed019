using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Model;

/// <summary>
/// The plain double-precision ALBERT of the tests reproduces Hugging Face's float64: so the configuration, the
/// tensor names and the synthetic weights are right, whatever the engine makes of them.
/// </summary>
public sealed class ReferenceAlbertTests
{
    /// <summary>Plain loops take too long for the others.</summary>
    public static IEnumerable<TheoryDataRow<string>> SmallFolders => GoldenModel.Folders
        .Where(row => ModelConfig.Load(Path.Combine(SharedFolder.Root!, row.Data)).HiddenSize < 128);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(SmallFolders))]
    public void Reproduces_the_float64_outputs(string folder)
    {
        using GoldenModel golden = GoldenModel.Open(folder);
        foreach (GoldenTensor tensor in golden.Tensors)
        {
            ModelConfig config = golden.ConfigOf(tensor);
            WeightSource weights = golden.Weights(tensor.Architecture, config, out IDisposable? owner);
            using (owner)
            {
                Func<int, int, int, double> actual = Outputs(golden, tensor, new ReferenceAlbert(config, weights, tensor.Architecture));
                double rounding = tensor.IsRounded ? tensor.Reference.Max(Math.Abs) / (1 << 24) : 0;
                Assert.InRange(tensor.LargestDifference(golden, actual), 0, rounding + 1e-12);
            }
        }
    }

    private static Func<int, int, int, double> Outputs(GoldenModel golden, GoldenTensor tensor, ReferenceAlbert model)
    {
        double[][][][] states = new double[golden.Batch][][][];
        int[][] rows = new int[golden.Batch][];
        Dictionary<(int, int), double[]> cache = [];
        for (int sequence = 0; sequence < golden.Batch; sequence++)
        {
            Range columns = (sequence * golden.Columns)..((sequence + 1) * golden.Columns);
            int[] mask = golden.AttentionMask[columns];
            int[] positions = [.. Enumerable.Range(0, golden.Columns).Where(column => mask[column] != 0)];
            int[] ids = golden.InputIds[columns];
            int[] types = golden.TokenTypeIds[columns];
            states[sequence] = model.Encode(
                Array.ConvertAll(positions, column => ids[column]), Array.ConvertAll(positions, column => types[column]), positions);
            rows[sequence] = [.. mask.Select((_, column) => Array.IndexOf(positions, column))];
        }

        double[] State(int layer, int sequence, int column) =>
            layer < 0 ? states[sequence][^1][rows[sequence][column]] : states[sequence][layer][rows[sequence][column]];

        double[] Pooled(int sequence) => model.Pool(states[sequence][^1]);

        return (tensor.Architecture, tensor.Output) switch
        {
            (_, "last_hidden_state") => (s, c, i) => State(-1, s, c)[i],
            (_, "pooler_output") => (s, _, i) => Pooled(s)[i],
            (_, "prediction_logits") or (ModelArchitecture.MaskedLM, "logits") => (s, c, i) => Cached(s, c, model.Predict)[i],
            (_, "sop_logits" or "seq_relationship_logits") or (ModelArchitecture.NextSentencePrediction, _) => (s, _, i) => model.Linear(Family.Of(golden.Config.Family).SentencePair, Pooled(s))[i],
            (ModelArchitecture.SequenceClassification, _) => (s, _, i) => model.Linear(Family.Classifier, Pooled(s))[i],
            (ModelArchitecture.TokenClassification, _) => (s, c, i) => Cached(s, c, x => model.Linear(Family.Classifier, x))[i],
            (_, "start_logits") => (s, c, _) => Cached(s, c, x => model.Linear(Family.Answer, x))[0],
            (_, "end_logits") => (s, c, _) => Cached(s, c, x => model.Linear(Family.Answer, x))[1],
            (ModelArchitecture.MultipleChoice, _) => (_, _, i) => model.Linear(Family.Classifier, Pooled(i))[0],
            var (_, output) when output.StartsWith("hidden_states.", StringComparison.Ordinal) =>
                (s, c, i) => State(int.Parse(output["hidden_states.".Length..]), s, c)[i],
            var (architecture, output) => throw new NotSupportedException($"{architecture}.{output}"),
        };

        double[] Cached(int sequence, int column, Func<double[], double[]> head)
        {
            if (!cache.TryGetValue((sequence, column), out double[]? logits))
                cache.Add((sequence, column), logits = head(State(-1, sequence, column)));
            return logits;
        }
    }
}
