using System.Collections.Immutable;

namespace AlbertNative.Model;

/// <summary>The names and shapes of every class's tensors, as Hugging Face's transformers writes them.</summary>
public static class TensorCatalogue
{
    /// <summary>Every tensor that a class computes with: the encoder's, then the head's.</summary>
    /// <exception cref="ArgumentException">The configuration is not a possible one, or its family does not have the class.</exception>
    public static IReadOnlyList<ExpectedTensor> Expected(ModelConfig config, ModelArchitecture architecture) =>
        [.. Encoder(config), .. Head(config, architecture)];

    /// <summary>The encoder's tensors.</summary>
    /// <exception cref="ArgumentException">The configuration is not a possible one.</exception>
    internal static List<ExpectedTensor> Encoder(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Family family = Family.Of(config.Family);
        int width = config.EmbeddingSize;
        List<ExpectedTensor> tensors =
        [
            new(family.WordEmbeddings, [config.VocabularySize, width]) { OtherName = TiedName(config, family.WordEmbeddings) },
            new(family.PositionEmbeddings, [config.MaxPositionCount, width]),
            new(family.TokenTypeEmbeddings, [config.TypeVocabularySize, width]),
        ];
        AddNorm(tensors, family.EmbeddingNorm, width);
        if (family.EmbeddingProjection is string projection)
            AddLinear(tensors, projection, config.HiddenSize, width);
        for (int group = 0; group < config.GroupCount; group++)
        {
            for (int inner = 0; inner < config.InnerGroupCount; inner++)
                AddLayer(tensors, config, family.Layer, family.LayerPrefix(group, inner) + ".");
        }
        return tensors;
    }

    /// <summary>What a class has beside the encoder.</summary>
    /// <exception cref="ArgumentException">The family does not have the class.</exception>
    internal static List<ExpectedTensor> Head(ModelConfig config, ModelArchitecture architecture)
    {
        Family family = Family.Of(config.Family);
        if (!family.Has(architecture))
            throw new ArgumentException($"there is no {family.ClassName(architecture)}", nameof(architecture));
        int hidden = config.HiddenSize;
        List<ExpectedTensor> tensors = [];
        switch (architecture)
        {
            case ModelArchitecture.Model:
                AddLinear(tensors, family.Pooler, hidden, hidden, required: false);
                break;
            case ModelArchitecture.PreTraining:
                AddLinear(tensors, family.Pooler, hidden, hidden);
                AddPredictions(tensors, config, family);
                AddLinear(tensors, family.SentencePair, family.SentencePairLabels ?? config.LabelCount, hidden);
                break;
            case ModelArchitecture.MaskedLM:
                AddPredictions(tensors, config, family);
                break;
            case ModelArchitecture.NextSentencePrediction:
                AddLinear(tensors, family.Pooler, hidden, hidden);
                AddLinear(tensors, family.SentencePair, family.SentencePairLabels ?? config.LabelCount, hidden);
                break;
            case ModelArchitecture.SequenceClassification:
                AddLinear(tensors, family.Pooler, hidden, hidden);
                AddLinear(tensors, Family.Classifier, config.LabelCount, hidden);
                break;
            case ModelArchitecture.TokenClassification:
                AddLinear(tensors, Family.Classifier, config.LabelCount, hidden);
                if (config.HasCrf)
                    AddCrf(tensors, config.LabelCount);
                break;
            case ModelArchitecture.QuestionAnswering:
                AddLinear(tensors, Family.Answer, 2, hidden);
                break;
            case ModelArchitecture.MultipleChoice:
                AddLinear(tensors, family.Pooler, hidden, hidden);
                AddLinear(tensors, Family.Classifier, 1, hidden);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(architecture), architecture, "not a class");
        }
        return tensors;
    }

    /// <summary>True for a tensor that some class of the family has beside its encoder, used by the task at hand or not.</summary>
    internal static bool IsOptionalPart(Family family, string name)
    {
        ReadOnlySpan<string> modules =
            [family.Pooler, family.Prediction.Dense, family.Prediction.Norm, family.Prediction.Decoder, family.SentencePair, Family.Classifier, Family.Answer];
        foreach (string module in modules)
        {
            if (name == Weight(module) || name == Bias(module))
                return true;
        }
        return name == family.Prediction.Bias || name is CrfTransitions.StartName or CrfTransitions.BetweenName or CrfTransitions.EndName || IsBuffer(family, name);
    }

    /// <summary>
    /// True for what transformers registers as a buffer and some checkpoints hold: the numbers 0, 1, 2, ... and zeros.
    /// </summary>
    internal static bool IsBuffer(Family family, string name) =>
        name == family.Embeddings + ".position_ids" || name == family.Embeddings + ".token_type_ids";

    /// <summary>The tensors that are one where word embeddings are tied: the name that transformers keeps, and the copy's.</summary>
    internal static (string Kept, string Copy)[] Ties(Family family) =>
    [
        (family.WordEmbeddings, Weight(family.Prediction.Decoder)),
        (family.Prediction.Bias, Bias(family.Prediction.Decoder)),
    ];

    /// <summary>The other name of a tied tensor, which transformers saves once; null for any other.</summary>
    internal static string? TiedName(ModelConfig config, string name)
    {
        if (!config.TiesWordEmbeddings)
            return null;
        foreach ((string kept, string copy) in Ties(Family.Of(config.Family)))
        {
            if (name == kept)
                return copy;
            if (name == copy)
                return kept;
        }
        return null;
    }

    internal static string Weight(string module) => module + ".weight";

    internal static string Bias(string module) => module + ".bias";

    private static void AddLayer(List<ExpectedTensor> tensors, ModelConfig config, LayerModules layer, string prefix)
    {
        int hidden = config.HiddenSize;
        foreach (string projection in (ReadOnlySpan<string>)[layer.Query, layer.Key, layer.Value, layer.AttentionOutput])
            AddLinear(tensors, prefix + projection, hidden, hidden);
        AddNorm(tensors, prefix + layer.AttentionNorm, hidden);
        AddLinear(tensors, prefix + layer.Ffn, config.IntermediateSize, hidden);
        AddLinear(tensors, prefix + layer.FfnOutput, hidden, config.IntermediateSize);
        AddNorm(tensors, prefix + layer.FullLayerNorm, hidden);
    }

    private static void AddPredictions(List<ExpectedTensor> tensors, ModelConfig config, Family family)
    {
        int width = config.EmbeddingSize;
        PredictionModules prediction = family.Prediction;
        AddLinear(tensors, prediction.Dense, width, config.HiddenSize);
        AddNorm(tensors, prediction.Norm, width);
        AddCopy(Weight(prediction.Decoder), [config.VocabularySize, width]);
        AddCopy(Bias(prediction.Decoder), [config.VocabularySize]);

        void AddCopy(string name, ImmutableArray<long> shape) => tensors.Add(
            new(name, shape) { OtherName = TiedName(config, name), IsCopy = config.TiesWordEmbeddings });
    }

    private static void AddLinear(List<ExpectedTensor> tensors, string module, int outputs, int inputs, bool required = true)
    {
        tensors.Add(new(Weight(module), [outputs, inputs]) { Required = required });
        tensors.Add(new(Bias(module), [outputs]) { Required = required });
    }

    private static void AddCrf(List<ExpectedTensor> tensors, int labels)
    {
        tensors.Add(new(CrfTransitions.StartName, [labels]));
        tensors.Add(new(CrfTransitions.BetweenName, [labels, labels]));
        tensors.Add(new(CrfTransitions.EndName, [labels]));
    }

    private static void AddNorm(List<ExpectedTensor> tensors, string module, int width)
    {
        tensors.Add(new(Weight(module), [width]));
        tensors.Add(new(Bias(module), [width]));
    }
}
