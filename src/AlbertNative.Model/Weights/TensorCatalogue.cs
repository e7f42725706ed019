using System.Globalization;

namespace AlbertNative.Model;

/// <summary>The names and shapes of every ALBERT class's tensors, as Hugging Face's transformers writes them.</summary>
public static class TensorCatalogue
{
    internal const string WordEmbeddings = "albert.embeddings.word_embeddings.weight";
    internal const string PositionEmbeddings = "albert.embeddings.position_embeddings.weight";
    internal const string TokenTypeEmbeddings = "albert.embeddings.token_type_embeddings.weight";
    internal const string EmbeddingNorm = "albert.embeddings.LayerNorm";
    internal const string EmbeddingProjection = "albert.encoder.embedding_hidden_mapping_in";
    internal const string Pooler = "albert.pooler";
    internal const string PredictionDense = "predictions.dense";
    internal const string PredictionNorm = "predictions.LayerNorm";
    internal const string PredictionBias = "predictions.bias";
    internal const string DecoderWeight = "predictions.decoder.weight";
    internal const string DecoderBias = "predictions.decoder.bias";
    internal const string SentenceOrder = "sop_classifier.classifier";
    internal const string Classifier = "classifier";
    internal const string Answer = "qa_outputs";

    /// <summary>Parts outside the encoder: a checkpoint may hold those of another task than the one it is loaded for.</summary>
    private static readonly HashSet<string> OptionalParts = new(StringComparer.Ordinal)
    {
        Weight(Pooler), Bias(Pooler), Weight(PredictionDense), Bias(PredictionDense), Weight(PredictionNorm),
        Bias(PredictionNorm), PredictionBias, DecoderWeight, DecoderBias, Weight(SentenceOrder), Bias(SentenceOrder),
        Weight(Classifier), Bias(Classifier), Weight(Answer), Bias(Answer),
    };

    /// <summary>Not weights: the numbers 0, 1, 2, ... and zeros.</summary>
    private static readonly HashSet<string> Buffers = new(StringComparer.Ordinal)
    {
        "albert.embeddings.position_ids", "albert.embeddings.token_type_ids",
    };

    /// <summary>Every tensor that <paramref name="architecture"/> computes with.</summary>
    /// <exception cref="ArgumentException">The configuration is not a possible one.</exception>
    public static IReadOnlyList<ExpectedTensor> Expected(AlbertConfig config, AlbertArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        List<ExpectedTensor> tensors = [];
        AddEmbeddings(tensors, config);
        for (int group = 0; group < config.GroupCount; group++)
        {
            for (int inner = 0; inner < config.InnerGroupCount; inner++)
                AddLayer(tensors, config, LayerPrefix(group, inner));
        }
        AddHead(tensors, config, architecture);
        return tensors;
    }

    /// <summary>True for a tensor that some ALBERT class has beside its encoder, used by the task at hand or not.</summary>
    internal static bool IsOptionalPart(string name) => OptionalParts.Contains(name) || IsBuffer(name);

    /// <summary>True for what transformers registers as a buffer and some checkpoints hold.</summary>
    internal static bool IsBuffer(string name) => Buffers.Contains(name);

    /// <summary>What the names of an inner layer's tensors begin with.</summary>
    internal static string LayerPrefix(int group, int inner) => string.Create(
        CultureInfo.InvariantCulture, $"albert.encoder.albert_layer_groups.{group}.albert_layers.{inner}");

    internal static string Weight(string module) => module + ".weight";

    internal static string Bias(string module) => module + ".bias";

    private static void AddEmbeddings(List<ExpectedTensor> tensors, AlbertConfig config)
    {
        int width = config.EmbeddingSize;
        tensors.Add(new(WordEmbeddings, [config.VocabularySize, width]) { TiedNames = [DecoderWeight] });
        tensors.Add(new(PositionEmbeddings, [config.MaxPositionCount, width]));
        tensors.Add(new(TokenTypeEmbeddings, [config.TypeVocabularySize, width]));
        AddNorm(tensors, EmbeddingNorm, width);
        AddLinear(tensors, EmbeddingProjection, config.HiddenSize, width);
    }

    private static void AddLayer(List<ExpectedTensor> tensors, AlbertConfig config, string prefix)
    {
        int hidden = config.HiddenSize;
        foreach (string projection in (ReadOnlySpan<string>)["query", "key", "value", "dense"])
            AddLinear(tensors, $"{prefix}.attention.{projection}", hidden, hidden);
        AddNorm(tensors, $"{prefix}.attention.LayerNorm", hidden);
        AddLinear(tensors, $"{prefix}.ffn", config.IntermediateSize, hidden);
        AddLinear(tensors, $"{prefix}.ffn_output", hidden, config.IntermediateSize);
        AddNorm(tensors, $"{prefix}.full_layer_layer_norm", hidden);
    }

    private static void AddHead(List<ExpectedTensor> tensors, AlbertConfig config, AlbertArchitecture architecture)
    {
        int hidden = config.HiddenSize;
        switch (architecture)
        {
            case AlbertArchitecture.AlbertModel:
                AddLinear(tensors, Pooler, hidden, hidden, required: false);
                break;
            case AlbertArchitecture.AlbertForPreTraining:
                AddLinear(tensors, Pooler, hidden, hidden);
                AddPredictions(tensors, config);
                AddLinear(tensors, SentenceOrder, config.LabelCount, hidden);
                break;
            case AlbertArchitecture.AlbertForMaskedLM:
                AddPredictions(tensors, config);
                break;
            case AlbertArchitecture.AlbertForSequenceClassification:
                AddLinear(tensors, Pooler, hidden, hidden);
                AddLinear(tensors, Classifier, config.LabelCount, hidden);
                break;
            case AlbertArchitecture.AlbertForTokenClassification:
                AddLinear(tensors, Classifier, config.LabelCount, hidden);
                break;
            case AlbertArchitecture.AlbertForQuestionAnswering:
                AddLinear(tensors, Answer, 2, hidden);
                break;
            case AlbertArchitecture.AlbertForMultipleChoice:
                AddLinear(tensors, Pooler, hidden, hidden);
                AddLinear(tensors, Classifier, 1, hidden);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(architecture), architecture, "not an ALBERT class");
        }
    }

    private static void AddPredictions(List<ExpectedTensor> tensors, AlbertConfig config)
    {
        AddLinear(tensors, PredictionDense, config.EmbeddingSize, config.HiddenSize);
        AddNorm(tensors, PredictionNorm, config.EmbeddingSize);
        tensors.Add(new(PredictionBias, [config.VocabularySize]) { TiedNames = [DecoderBias] });
    }

    private static void AddLinear(List<ExpectedTensor> tensors, string module, int outputs, int inputs, bool required = true)
    {
        tensors.Add(new(Weight(module), [outputs, inputs]) { Required = required });
        tensors.Add(new(Bias(module), [outputs]) { Required = required });
    }

    private static void AddNorm(List<ExpectedTensor> tensors, string module, int width)
    {
        tensors.Add(new(Weight(module), [width]));
        tensors.Add(new(Bias(module), [width]));
    }
}
