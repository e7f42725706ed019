using System.Collections.Immutable;
using System.Globalization;

namespace AlbertNative.Model;

/// <summary>
/// A family as a table: its classes' names and its tensors' names. What its configuration calls things is a column of
/// <see cref="ConfigTable"/>. Nothing outside these tables asks which family a model is of.
/// </summary>
internal sealed record Family
{
    private static readonly ImmutableArray<Family> Tables = [AlbertFamily.Table, BertFamily.Table];

    /// <summary>The name that <c>config.json</c> has for it.</summary>
    public required string ModelType { get; init; }

    /// <summary>What its classes' names begin with.</summary>
    public required string ClassPrefix { get; init; }

    /// <summary>Its classes.</summary>
    public required ImmutableArray<ModelArchitecture> Architectures { get; init; }

    /// <summary>What the names of the base model's tensors begin with in a class with a head, with the dot.</summary>
    public required string BasePrefix { get; init; }

    /// <summary>Within the base model, the modules of the embeddings; those of Hugging Face are the same in all families.</summary>
    public string Embeddings => BasePrefix + "embeddings";

    /// <summary>The projection of the embeddings to the hidden size; null where embeddings have that size.</summary>
    public required string? EmbeddingProjection { get; init; }

    /// <summary>The tanh layer over the first token.</summary>
    public required string Pooler { get; init; }

    /// <summary>What the names of a layer's tensors begin with: {0} is the group, {1} the layer within it.</summary>
    public required string LayerFormat { get; init; }

    /// <summary>A layer's modules.</summary>
    public required LayerModules Layer { get; init; }

    /// <summary>The masked-LM head's modules.</summary>
    public required PredictionModules Prediction { get; init; }

    /// <summary>The head that judges two sentences: their order, or whether the second follows the first.</summary>
    public required string SentencePair { get; init; }

    /// <summary>What Hugging Face's class for pre-training calls that head's scores.</summary>
    public required string SentencePairLogits { get; init; }

    /// <summary>The class that has that head.</summary>
    public required ModelArchitecture SentencePairArchitecture { get; init; }

    /// <summary>The labels of that head; null for as many as the configuration has.</summary>
    public required int? SentencePairLabels { get; init; }

    /// <summary>Whether that head tells the order of two sentences; else whether the second continues the first.</summary>
    public required bool JudgesOrder { get; init; }

    /// <summary>Whether training drops some of that head's inputs, as it does of a classifier's.</summary>
    public required bool DropsSentencePair { get; init; }

    /// <summary>Whether training drops some of the feed-forward network's outputs.</summary>
    public required bool DropsFfnOutput { get; init; }

    /// <summary>The head of sequence and token classification and multiple choice.</summary>
    public const string Classifier = "classifier";

    /// <summary>The head of question answering.</summary>
    public const string Answer = "qa_outputs";

    /// <summary>[vocabulary, embedding]</summary>
    public string WordEmbeddings => Embeddings + ".word_embeddings.weight";

    /// <summary>[positions, embedding]</summary>
    public string PositionEmbeddings => Embeddings + ".position_embeddings.weight";

    /// <summary>[types, embedding]</summary>
    public string TokenTypeEmbeddings => Embeddings + ".token_type_embeddings.weight";

    /// <summary>The LayerNorm of the embeddings' sum.</summary>
    public string EmbeddingNorm => Embeddings + ".LayerNorm";

    /// <summary>The table of a family.</summary>
    public static Family Of(ModelFamily family) => Tables[(int)family];

    /// <summary>The family of a <c>model_type</c>; null where there is none.</summary>
    public static ModelFamily? OfModelType(string modelType) => First(table => table.ModelType == modelType);

    /// <summary>The family that has one of some classes; null where none has.</summary>
    public static ModelFamily? OfClasses(IEnumerable<string> classNames) =>
        First(table => classNames.Any(name => table.TryParseClass(name, out _)));

    /// <summary>The family whose first layer is among tensors of these names; null where there is none.</summary>
    public static ModelFamily? OfTensors(IEnumerable<string> names) => First(table =>
    {
        string layer = table.LayerPrefix(0, 0) + ".";
        return names.Any(name => CanonicalName.Of(name, table).StartsWith(layer, StringComparison.Ordinal));
    });

    /// <summary>The family of which a model is that projects its embeddings, or that does not.</summary>
    public static ModelFamily OfProjection(bool projects) => First(table => table.EmbeddingProjection is not null == projects)!.Value;

    /// <summary>All names of <c>model_type</c>.</summary>
    public static IEnumerable<string> ModelTypes => Tables.Select(table => table.ModelType);

    private static ModelFamily? First(Func<Family, bool> fits)
    {
        for (int i = 0; i < Tables.Length; i++)
        {
            if (fits(Tables[i]))
                return (ModelFamily)i;
        }
        return null;
    }

    /// <summary>True where the family has the class.</summary>
    public bool Has(ModelArchitecture architecture)
    {
        foreach (ModelArchitecture known in Architectures)
        {
            if (known == architecture)
                return true;
        }
        return false;
    }

    /// <summary>The name of a class, such as AlbertForMaskedLM.</summary>
    public string ClassName(ModelArchitecture architecture) =>
        ClassPrefix + (architecture == ModelArchitecture.Model ? "Model" : "For" + architecture);

    /// <summary>The class of a name; false where the family has none of it.</summary>
    public bool TryParseClass(string name, out ModelArchitecture architecture)
    {
        foreach (ModelArchitecture candidate in Architectures)
        {
            if (ClassName(candidate) == name)
            {
                architecture = candidate;
                return true;
            }
        }
        architecture = default;
        return false;
    }

    /// <summary>What the names of a layer's tensors begin with.</summary>
    public string LayerPrefix(int group, int inner) =>
        string.Format(CultureInfo.InvariantCulture, LayerFormat, group, inner);
}

/// <summary>The modules of a layer, as they are called below its prefix.</summary>
internal sealed record LayerModules(
    string Query, string Key, string Value, string AttentionOutput, string AttentionNorm, string Ffn, string FfnOutput, string FullLayerNorm);

/// <summary>The modules and tensors of a masked-LM head.</summary>
/// <param name="Dense">The transform.</param>
/// <param name="Norm">Its LayerNorm.</param>
/// <param name="Bias">The scores' bias, a tensor.</param>
/// <param name="Decoder">The scores' weights, a module; as a rule tied to the word embeddings, and its bias to <paramref name="Bias"/>.</param>
internal sealed record PredictionModules(string Dense, string Norm, string Bias, string Decoder);
