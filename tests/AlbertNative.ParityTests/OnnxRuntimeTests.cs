using System.Globalization;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Model.Onnx.Export;
using AlbertNative.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace AlbertNative.ParityTests;

/// <summary>What the exporter writes, in ONNX Runtime, beside what this library computes of the same weights.</summary>
public sealed class OnnxRuntimeTests(ITestOutputHelper output) : IDisposable
{
    private const int Words = 97;

    /// <summary>Relative to 1 and the value: two orders of summation in single precision through some layers.</summary>
    private const double Tolerance = 2e-5;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"albert-{Guid.NewGuid():N}.onnx");

    public static TheoryData<ModelFamily, ModelArchitecture, HiddenActivation> Cases
    {
        get
        {
            TheoryData<ModelFamily, ModelArchitecture, HiddenActivation> cases = [];
            foreach (ModelFamily family in Enum.GetValues<ModelFamily>())
            {
                foreach (ModelArchitecture architecture in Family.Of(family).Architectures)
                    cases.Add(family, architecture, architecture == ModelArchitecture.MaskedLM ? HiddenActivation.GeluTanh : HiddenActivation.Gelu);
                foreach (HiddenActivation activation in Enum.GetValues<HiddenActivation>().Where(a => a != HiddenActivation.Gelu))
                    cases.Add(family, ModelArchitecture.PreTraining, activation);
            }
            return cases;
        }
    }

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_graph_computes_what_the_model_does(ModelFamily family, ModelArchitecture architecture, HiddenActivation activation)
    {
        ModelConfig config = Config(family, architecture, activation);
        SyntheticCheckpoint weights = new(config, architecture);
        OnnxExport.Save(config, weights, architecture, _path, cancellationToken: TestContext.Current.CancellationToken);
        using PreTrainedModel model = PreTrainedModel.Create(config, weights, new ModelOptions { Threads = 1 });
        using InferenceSession session = new(_path);
        // Batches of two shapes: nothing of the first is left in the graph.
        foreach ((int sequences, int columns) in ((int, int)[])[(4, 9), (2, 13)])
            Compare(session, model, architecture, sequences, columns);
    }

    private static ModelConfig Config(ModelFamily family, ModelArchitecture architecture, HiddenActivation activation)
    {
        ModelConfig config = new(family)
        {
            VocabularySize = Words,
            HiddenSize = 24,
            LayerCount = 3,
            HeadCount = 3,
            IntermediateSize = 40,
            MaxPositionCount = 16,
            Activation = activation,
            Labels = ModelConfig.NumberedLabels(architecture switch
            {
                ModelArchitecture.SequenceClassification or ModelArchitecture.TokenClassification => 5,
                ModelArchitecture.MultipleChoice => 1,
                _ => 2,
            }),
        };
        return family == ModelFamily.Albert ? config with { EmbeddingSize = 12, GroupCount = 2, InnerGroupCount = 2 } : config;
    }

    private void Compare(InferenceSession session, PreTrainedModel model, ModelArchitecture architecture, int sequences, int columns)
    {
        Random random = new(1);
        long[] ids = new long[sequences * columns], mask = new long[ids.Length], types = new long[ids.Length];
        TokenBatch batch = new();
        for (int s = 0; s < sequences; s++)
        {
            for (int c = 0; c < columns; c++)
            {
                int at = (s * columns) + c;
                // Padding of another length in each, and a hole.
                (ids[at], types[at], mask[at]) = (random.Next(Words), random.Next(2), c < columns - (2 * s) && (c != 3 || s != 1) ? 1 : 0);
            }
            Range row = (s * columns)..((s + 1) * columns);
            batch.Add(Narrow(ids[row]), Narrow(types[row]), Narrow(mask[row]));
        }
        long[] shape = architecture == ModelArchitecture.MultipleChoice ? [sequences / 2, 2, columns] : [sequences, columns];
        using OrtValue idsValue = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using OrtValue maskValue = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using OrtValue typesValue = OrtValue.CreateTensorValueFromMemory(types, shape);
        Dictionary<string, OrtValue> inputs = new(StringComparer.Ordinal)
        {
            ["input_ids"] = idsValue,
            ["attention_mask"] = maskValue,
            ["token_type_ids"] = typesValue,
        };
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> found = session.Run(run, inputs, session.OutputNames);
        Dictionary<string, float[]> expected = Expected(model, architecture, batch);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), session.OutputNames.Order(StringComparer.Ordinal));
        foreach ((string name, OrtValue value) in session.OutputNames.Zip(found))
        {
            float[] rows = value.GetTensorDataAsSpan<float>().ToArray();
            if (expected[name].Length != rows.Length)
                rows = Unmasked(rows, mask);
            AssertClose(name, expected[name], rows);
        }
    }

    /// <summary>The rows of tokens that are there.</summary>
    private static float[] Unmasked(float[] values, long[] mask)
    {
        int width = values.Length / mask.Length;
        return [.. values.Where((_, i) => mask[i / width] == 1)];
    }

    private static Dictionary<string, float[]> Expected(PreTrainedModel model, ModelArchitecture architecture, TokenBatch batch)
    {
        switch (architecture)
        {
            case ModelArchitecture.Model:
                EncoderOutput states = new EncoderHead(model).Forward(batch);
                return new(StringComparer.Ordinal) { ["last_hidden_state"] = Flat(states.LastHiddenState), ["pooler_output"] = Flat(states.PooledOutput) };
            case ModelArchitecture.PreTraining:
                PreTrainingOutput both = new PreTrainingHead(model).Forward(batch);
                string pair = Family.Of(model.Config.Family).SentencePairLogits;
                return new(StringComparer.Ordinal) { ["prediction_logits"] = Flat(both.PredictionLogits), [pair] = Flat(both.SentencePairLogits) };
            case ModelArchitecture.QuestionAnswering:
                float[] answers = Flat(new QuestionAnsweringHead(model).Forward(batch).Logits);
                return new(StringComparer.Ordinal)
                {
                    ["start_logits"] = [.. answers.Where((_, i) => i % 2 == 0)],
                    ["end_logits"] = [.. answers.Where((_, i) => i % 2 == 1)],
                };
            default:
                return new(StringComparer.Ordinal) { ["logits"] = Flat(Logits(model, architecture, batch)) };
        }
    }

    private static Matrix Logits(PreTrainedModel model, ModelArchitecture architecture, TokenBatch batch) => architecture switch
    {
        ModelArchitecture.MaskedLM => new MaskedLMHead(model).Forward(batch).Logits,
        ModelArchitecture.NextSentencePrediction => new SentencePairHead(model).Forward(batch).Logits,
        ModelArchitecture.SequenceClassification => new SequenceClassificationHead(model).Forward(batch).Logits,
        ModelArchitecture.TokenClassification => new TokenClassificationHead(model).Forward(batch).Logits,
        _ => new MultipleChoiceHead(model).Forward(batch).Logits,
    };

    private static float[] Flat(Matrix matrix)
    {
        List<float> values = [];
        for (int row = 0; row < matrix.Rows; row++)
            values.AddRange(matrix[row]);
        return [.. values];
    }

    private static int[] Narrow(long[] values) => Array.ConvertAll(values, value => (int)value);

    private void AssertClose(string name, float[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
            worst = Math.Max(worst, Math.Abs(expected[i] - found[i]) / (1 + Math.Abs(expected[i])));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {worst:E2} of {expected.Length}"));
        Assert.True(worst <= Tolerance, $"{name} differs by {worst}");
    }
}
