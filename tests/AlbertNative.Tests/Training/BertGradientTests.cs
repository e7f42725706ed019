using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Model;

namespace AlbertNative.Tests.Training;

/// <summary>
/// The gradients of BERT, for which there are no goldens of PyTorch: every parameter of every class against differences of
/// the loss of the model written down once more in double precision.
/// </summary>
public sealed class BertGradientTests
{
    private static readonly ModelConfig Tiny = new ModelConfig(ModelFamily.Bert)
    {
        VocabularySize = 29,
        HiddenSize = 12,
        LayerCount = 2,
        HeadCount = 3,
        IntermediateSize = 20,
        MaxPositionCount = 16,
        Labels = ["a", "b", "c"],
        HiddenDropout = 0,
        AttentionDropout = 0,
        ClassifierDropout = 0,
    };

    private static readonly (int[] Ids, int[] Types)[] Sequences =
        [.. ((int[])[7, 4, 9, 5]).Select((length, i) => Nonzero(TinyModel.Sequence(new Random(i), length, Tiny)))];

    public static TheoryData<ModelArchitecture> Classes => [.. Family.Of(ModelFamily.Bert).Architectures.Where(a => a != ModelArchitecture.Model)];

    [Theory]
    [MemberData(nameof(Classes))]
    public void The_gradient_of_every_parameter_is_that_of_the_loss(ModelArchitecture architecture)
    {
        WeightSource weights = TinyModel.Weights(architecture, Tiny);
        foreach (bool checkpointing in (bool[])[false, true])
        {
            using TrainableModel model = TrainableModel.Create(
                Tiny, architecture, weights, new TrainableModelOptions { ThreadCount = 2, Checkpointing = checkpointing });
            Assert.Empty(model.NewParameters);
            (TokenBatch batch, int[] rows, TrainingTargets targets) = Batch(architecture);
            model.Forward(batch, rows);
            double loss = targets.Apply(model, targets.Weight).Total;
            model.Backward();
            Assert.Equal(Loss(weights, architecture), loss, 1e-5);
            double largest = model.Gradients.Values.ToArray().Max(Math.Abs);
            foreach (TrainableParameter parameter in model.Layout.Parameters)
                AssertDirection(weights, architecture, parameter, model.Gradients.Values.Slice(parameter.Offset, parameter.Length), largest);
        }
    }

    /// <summary>
    /// The loss on both sides of a parameter, which is moved as a whole along a random direction, as far as floats can hold:
    /// the difference is that of the gradient, up to the third power of a small step.
    /// </summary>
    private static void AssertDirection(
        WeightSource weights, ModelArchitecture architecture, TrainableParameter parameter, ReadOnlySpan<float> gradient, double largest)
    {
        float[] value = new float[parameter.Length], up = new float[parameter.Length], down = new float[parameter.Length];
        weights.Tensors.Single(tensor => tensor.Name == parameter.Name).CopyTo(0, value);
        Random random = new(parameter.Offset);
        double expected = 0, size = 0, way = 0;
        for (int i = 0; i < value.Length; i++)
        {
            float step = 2e-3f * (random.NextSingle() - 0.5f);
            (up[i], down[i]) = (value[i] + step, value[i] - step);
            double moved = (double)up[i] - down[i];
            expected += gradient[i] * moved;
            size += Math.Abs(gradient[i] * moved);
            way += Math.Abs(moved);
        }
        double found = Loss(new MovedWeights(weights, parameter.Name, up), architecture) - Loss(new MovedWeights(weights, parameter.Name, down), architecture);
        double reach = (2e-5 * size) + (1e-6 * largest * way);
        Assert.True(Math.Abs(found - expected) <= reach, $"{architecture} {parameter.Name}: {expected:E4}, the loss changes by {found:E4}, within {reach:E1}");
    }

    private static (TokenBatch Batch, int[] Rows, TrainingTargets Targets) Batch(ModelArchitecture architecture)
    {
        TokenBatch batch = new();
        foreach ((int[] ids, int[] types) in Sequences)
            batch.Add(ids, types);
        int[] lengths = [.. Sequences.Select(sequence => sequence.Ids.Length)];
        ClassTargets words = new([.. Masked().Select(token => (token.Sequence + (3 * token.Row)) % Tiny.VocabularySize)]);
        int[] rows = [.. Masked().Select(token => batch.SequenceStarts[token.Sequence] + token.Row)];
        return architecture switch
        {
            ModelArchitecture.SequenceClassification => (batch, [], new ClassTargets([2, 0, 1, 2])),
            ModelArchitecture.TokenClassification => (batch, [], new ClassTargets([.. lengths.SelectMany(length => Enumerable.Range(0, length).Select(row => row % 3))])),
            ModelArchitecture.QuestionAnswering => (batch, [], new AnswerTargets([1, 2, 3, 4], [3, 3, 6, 4], lengths)),
            ModelArchitecture.MultipleChoice => (batch, [], new ChoiceTargets([1, 0], [2, 2])),
            ModelArchitecture.NextSentencePrediction => (batch, [], new ClassTargets([1, 0, 0, 1])),
            ModelArchitecture.MaskedLM => (batch, rows, words),
            _ => (batch, rows, new PreTrainingTargets(words, new ClassTargets([1, 0, 0, 1]))),
        };
    }

    private static IEnumerable<(int Sequence, int Row)> Masked() =>
        Sequences.SelectMany((sequence, s) => Enumerable.Range(0, sequence.Ids.Length).Where(row => row % 3 == 1).Select(row => (s, row)));

    /// <summary>The same loss, of the model in double precision.</summary>
    private static double Loss(WeightSource weights, ModelArchitecture architecture)
    {
        ReferenceAlbert reference = new(Tiny, weights, architecture);
        double[][][] states = [.. Sequences.Select(sequence => reference.Encode(sequence.Ids, sequence.Types, [.. Enumerable.Range(0, sequence.Ids.Length)])[^1])];
        double[][] Pooled(string head) => [.. states.Select(state => reference.Linear(head, reference.Pool(state)))];
        double Words() => Masked().Average(token =>
            CrossEntropy(reference.Predict(states[token.Sequence][token.Row]), (token.Sequence + (3 * token.Row)) % Tiny.VocabularySize));
        double Pairs() => Pooled("cls.seq_relationship").Zip([1, 0, 0, 1], CrossEntropy).Average();
        switch (architecture)
        {
            case ModelArchitecture.SequenceClassification:
                return Pooled("classifier").Zip([2, 0, 1, 2], CrossEntropy).Average();
            case ModelArchitecture.TokenClassification:
                return states.SelectMany(state => state.Select((row, t) => CrossEntropy(reference.Linear("classifier", row), t % 3))).Average();
            case ModelArchitecture.QuestionAnswering:
                double[][][] scores = [.. states.Select(state => Array.ConvertAll(state, row => reference.Linear("qa_outputs", row)))];
                double Side(int column, int[] positions) => scores.Zip(positions, (rows, at) => CrossEntropy([.. rows.Select(row => row[column])], at)).Average();
                return (Side(0, [1, 2, 3, 4]) + Side(1, [3, 3, 6, 4])) / 2;
            case ModelArchitecture.MultipleChoice:
                double[] choices = [.. Pooled("classifier").Select(row => row[0])];
                return (CrossEntropy(choices[..2], 1) + CrossEntropy(choices[2..], 0)) / 2;
            case ModelArchitecture.NextSentencePrediction:
                return Pairs();
            case ModelArchitecture.MaskedLM:
                return Words();
            default:
                return Words() + Pairs();
        }
    }

    private static double CrossEntropy(double[] logits, int label)
    {
        double max = logits.Max();
        return Math.Log(logits.Sum(logit => Math.Exp(logit - max))) + max - logits[label];
    }

    /// <summary>Nothing is looked up in the row of the padding token, as in transformers.</summary>
    private static (int[] Ids, int[] Types) Nonzero((int[] Ids, int[] Types) sequence) =>
        ([.. sequence.Ids.Select(id => Math.Max(id, 1))], sequence.Types);

    /// <summary>Another source in which one tensor has other values.</summary>
    private sealed class MovedWeights(WeightSource source, string name, float[] values) : WeightSource
    {
        public override string Name => source.Name;

        public override IReadOnlyList<WeightTensor> Tensors { get; } =
            [.. source.Tensors.Select(tensor => tensor.Name == name ? new MovedTensor(tensor, values) : tensor)];
    }

    private sealed class MovedTensor(WeightTensor tensor, float[] values) : WeightTensor(tensor.Name, TensorType.F32, tensor.Shape)
    {
        public override void CopyTo(long start, Span<float> destination) => values.AsSpan((int)start, destination.Length).CopyTo(destination);
    }
}
