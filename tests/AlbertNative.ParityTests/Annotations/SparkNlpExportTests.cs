using AlbertNative.Annotations;
using AlbertNative.Testing;
using Microsoft.ML.OnnxRuntime;

namespace AlbertNative.ParityTests.Annotations;

/// <summary>What is written for Spark NLP, in the engine that it runs, beside what this library computes of the same inputs.</summary>
public sealed class SparkNlpExportTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"albert-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void The_graph_gives_the_vectors_of_the_mode_that_follows_Spark_NLP()
    {
        SparkNlpExporter.Export(ShippedModels.Nano, _folder, cancellationToken: TestContext.Current.CancellationToken);
        using AnnotationModel model = AnnotationModel.Open(ShippedModels.Nano);
        AlbertEmbeddings embeddings = new(model)
        {
            InputCols = ["document", "token"],
            OutputCol = "embeddings",
            BatchSize = 3,
            Mode = AnnotationMode.SparkNlpExact,
        };
        Tokenizer tokenizer = new() { InputCols = ["document"], OutputCol = "token" };
        AnnotationRow[] rows =
        [
            .. new AnnotationPipeline(new DocumentAssembler(), tokenizer, embeddings)
                .Transform(["I love it", "And the king went up to Jerusalem.", "شاه رفت"]),
        ];

        List<SentenceInput> inputs = new SentenceInputs(model, AnnotationMode.SparkNlpExact, caseSensitive: false, limit: 128).Encode(
            [.. rows.Select((row, i) => TokenSentence.Of(i, [.. row.Annotations("document"), .. row.Annotations("token")]).Single())]);
        float[] states = Run([.. inputs.Select(input => input.Ids)]);
        int length = inputs[0].Ids.Length, width = model.Model.Config.HiddenSize;
        foreach ((SentenceInput input, int row) in inputs.Select((input, i) => (input, i)))
        {
            foreach ((WordStart start, Annotation word) in input.Starts.Zip(rows[row].Annotations("embeddings")))
            {
                ReadOnlySpan<float> expected = states.AsSpan(((row * length) + start.Row) * width, width);
                for (int i = 0; i < width; i++)
                    Assert.Equal(expected[i], word.Embeddings.Span[i], 2e-5f);
            }
        }
    }

    private float[] Run(int[][] ids)
    {
        long[] shape = [ids.Length, ids[0].Length];
        long[] all = [.. ids.SelectMany(row => row).Select(id => (long)id)];
        using InferenceSession session = new(Path.Combine(_folder, "model.onnx"));
        using OrtValue idsValue = OrtValue.CreateTensorValueFromMemory(all, shape);
        using OrtValue maskValue = OrtValue.CreateTensorValueFromMemory([.. all.Select(_ => 1L)], shape);
        using OrtValue typesValue = OrtValue.CreateTensorValueFromMemory(new long[all.Length], shape);
        Dictionary<string, OrtValue> inputs = new()
        {
            ["input_ids"] = idsValue,
            ["attention_mask"] = maskValue,
            ["token_type_ids"] = typesValue,
        };
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> found = session.Run(run, inputs, ["last_hidden_state"]);
        return found[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
