using System.Collections.Immutable;
using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>
/// The shape of an ALBERT model: what <c>config.json</c> says, checked. A new instance has the values that
/// Hugging Face's ModelConfig gives to absent keys.
/// </summary>
/// <remarks>Architecture: Lan et al., "ALBERT: A Lite BERT for Self-supervised Learning of Language Representations", 2020.</remarks>
public sealed record ModelConfig
{
    /// <summary>The file that holds the configuration in a checkpoint directory.</summary>
    public const string FileName = "config.json";

    private readonly double[] _values;

    /// <summary>An ALBERT with the values that transformers gives to absent keys.</summary>
    public ModelConfig()
        : this(ModelFamily.Albert)
    {
    }

    /// <summary>A model of a family, with the values that transformers gives to absent keys.</summary>
    public ModelConfig(ModelFamily family)
        : this(family, ConfigTable.Defaults(family))
    {
    }

    /// <summary>A model with all of its numbers, which it keeps.</summary>
    internal ModelConfig(ModelFamily family, double[] values)
    {
        Family = family;
        _values = values;
    }

    private ModelConfig(ModelConfig original)
    {
        Family = original.Family;
        _values = [.. original._values];
        Labels = original.Labels;
        ProblemType = original.ProblemType;
        Architectures = original.Architectures;
    }

    /// <summary>The family (<c>model_type</c>).</summary>
    public ModelFamily Family { get; }

    /// <summary>Number of word embeddings (<c>vocab_size</c>).</summary>
    public int VocabularySize
    {
        get => (int)this[ConfigTable.VocabularySize];
        init => _values[ConfigTable.VocabularySize.Index] = value;
    }

    /// <summary>Width of the embeddings (<c>embedding_size</c>); in a family without that key, the hidden size.</summary>
    public int EmbeddingSize
    {
        get => (int)this[ConfigTable.EmbeddingSize];
        init => _values[ConfigTable.EmbeddingSize.Index] = value;
    }

    /// <summary>Width of the hidden states (<c>hidden_size</c>).</summary>
    public int HiddenSize
    {
        get => (int)this[ConfigTable.HiddenSize];
        init => _values[ConfigTable.HiddenSize.Index] = value;
    }

    /// <summary>Number of layers, each a visit to its group (<c>num_hidden_layers</c>).</summary>
    public int LayerCount
    {
        get => (int)this[ConfigTable.LayerCount];
        init => _values[ConfigTable.LayerCount.Index] = value;
    }

    /// <summary>Number of groups, within which the layers share their weights (<c>num_hidden_groups</c>); in a family without that key, one a layer.</summary>
    public int GroupCount
    {
        get => (int)this[ConfigTable.GroupCount];
        init => _values[ConfigTable.GroupCount.Index] = value;
    }

    /// <summary>Number of different layers inside a group, all run at each visit (<c>inner_group_num</c>).</summary>
    public int InnerGroupCount
    {
        get => (int)this[ConfigTable.InnerGroupCount];
        init => _values[ConfigTable.InnerGroupCount.Index] = value;
    }

    /// <summary>Number of attention heads (<c>num_attention_heads</c>); divides <see cref="HiddenSize"/>.</summary>
    public int HeadCount
    {
        get => (int)this[ConfigTable.HeadCount];
        init => _values[ConfigTable.HeadCount.Index] = value;
    }

    /// <summary>Width of the feed-forward network (<c>intermediate_size</c>).</summary>
    public int IntermediateSize
    {
        get => (int)this[ConfigTable.IntermediateSize];
        init => _values[ConfigTable.IntermediateSize.Index] = value;
    }

    /// <summary>Activation of the feed-forward network and of the masked-LM head (<c>hidden_act</c>).</summary>
    public HiddenActivation Activation
    {
        get => (HiddenActivation)this[ConfigTable.Activation];
        init => _values[ConfigTable.Activation.Index] = (int)value;
    }

    /// <summary>Number of position embeddings, so the longest sequence in columns (<c>max_position_embeddings</c>).</summary>
    public int MaxPositionCount
    {
        get => (int)this[ConfigTable.MaxPositionCount];
        init => _values[ConfigTable.MaxPositionCount.Index] = value;
    }

    /// <summary>Number of token types (<c>type_vocab_size</c>).</summary>
    public int TypeVocabularySize
    {
        get => (int)this[ConfigTable.TypeVocabularySize];
        init => _values[ConfigTable.TypeVocabularySize.Index] = value;
    }

    /// <summary>Added to the variance in every LayerNorm (<c>layer_norm_eps</c>).</summary>
    public double LayerNormEpsilon
    {
        get => this[ConfigTable.LayerNormEpsilon];
        init => _values[ConfigTable.LayerNormEpsilon.Index] = value;
    }

    /// <summary>Dropout of embeddings and layers in training (<c>hidden_dropout_prob</c>).</summary>
    public double HiddenDropout
    {
        get => this[ConfigTable.HiddenDropout];
        init => _values[ConfigTable.HiddenDropout.Index] = value;
    }

    /// <summary>Dropout of attention probabilities in training (<c>attention_probs_dropout_prob</c>).</summary>
    public double AttentionDropout
    {
        get => this[ConfigTable.AttentionDropout];
        init => _values[ConfigTable.AttentionDropout.Index] = value;
    }

    /// <summary>Dropout before a classifier in training (<c>classifier_dropout_prob</c>; BERT: <c>classifier_dropout</c>, else as the layers).</summary>
    public double ClassifierDropout
    {
        get => this[ConfigTable.ClassifierDropout];
        init => _values[ConfigTable.ClassifierDropout.Index] = value;
    }

    /// <summary>Standard deviation of new weights (<c>initializer_range</c>).</summary>
    public double InitializerRange
    {
        get => this[ConfigTable.InitializerRange];
        init => _values[ConfigTable.InitializerRange.Index] = value;
    }

    /// <summary>Id of the padding token (<c>pad_token_id</c>), if there is one.</summary>
    public int? PadTokenId
    {
        get => OrNull(this[ConfigTable.PadTokenId]);
        init => _values[ConfigTable.PadTokenId.Index] = value ?? double.NaN;
    }

    /// <summary>Id of the token that begins a sequence (<c>bos_token_id</c>), if there is one.</summary>
    public int? BosTokenId
    {
        get => OrNull(this[ConfigTable.BosTokenId]);
        init => _values[ConfigTable.BosTokenId.Index] = value ?? double.NaN;
    }

    /// <summary>Id of the token that ends a sequence (<c>eos_token_id</c>; of a list, the first), if there is one.</summary>
    public int? EosTokenId
    {
        get => OrNull(this[ConfigTable.EosTokenId]);
        init => _values[ConfigTable.EosTokenId.Index] = value ?? double.NaN;
    }

    /// <summary>Whether the masked-LM decoder is the word embeddings where a file does not hold its own (<c>tie_word_embeddings</c>).</summary>
    public bool TiesWordEmbeddings
    {
        get => this[ConfigTable.TiesWordEmbeddings] != 0;
        init => _values[ConfigTable.TiesWordEmbeddings.Index] = value ? 1 : 0;
    }

    /// <summary>
    /// Whether token classification ends with a linear-chain CRF (<c>crf</c>, this library's own key): the best sequence of
    /// labels is chosen as a whole. Other libraries ignore key and tensors, and choose each label by itself.
    /// </summary>
    public bool HasCrf
    {
        get => this[ConfigTable.Crf] == 1;
        init => _values[ConfigTable.Crf.Index] = value ? 1 : double.NaN;
    }

    /// <summary>The labels in the order of the logits (<c>id2label</c>, else <c>num_labels</c> times <c>LABEL_i</c>).</summary>
    public ImmutableArray<string> Labels { get; init; } = NumberedLabels(2);

    /// <summary>What the logits of a sequence classifier mean (<c>problem_type</c>); null where the file does not say.</summary>
    public ProblemType? ProblemType { get; init; }

    /// <summary>The class names in <c>architectures</c>, as written; empty where the file names none.</summary>
    public ImmutableArray<string> Architectures { get; init; } = [];

    /// <summary>Number of labels: the rows of a classifier.</summary>
    public int LabelCount => Labels.Length;

    /// <summary>Width of one attention head.</summary>
    public int HeadSize => HiddenSize / HeadCount;

    /// <summary>Number of layer applications in one forward pass: every layer runs its group's inner layers.</summary>
    public int StepCount => LayerCount * InnerGroupCount;

    /// <summary>The group whose weights <paramref name="layer"/> uses.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public int GroupOf(int layer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layer, LayerCount);
        // The quotient is a real number, as in the reference: groups need not divide layers.
        return (int)(layer / ((double)LayerCount / GroupCount));
    }

    /// <summary>The first of <see cref="Architectures"/>, or <see cref="ModelArchitecture.Model"/> where there is none.</summary>
    /// <exception cref="NotSupportedException">The class is not one of the family's.</exception>
    public ModelArchitecture DefaultArchitecture
    {
        get
        {
            if (Architectures.IsEmpty)
                return ModelArchitecture.Model;
            Family table = Model.Family.Of(Family);
            return table.TryParseClass(Architectures[0], out ModelArchitecture architecture)
                ? architecture
                : throw new NotSupportedException(
                    $"architectures names {ConfigNames.Quote(Architectures[0])}, expected one of " +
                    string.Join(", ", table.Architectures.Select(table.ClassName).Order(StringComparer.Ordinal)));
        }
    }

    /// <summary>The name of <see cref="DefaultArchitecture"/>, such as AlbertForMaskedLM.</summary>
    /// <exception cref="NotSupportedException">The class is not one of the family's.</exception>
    public string ClassName => Model.Family.Of(Family).ClassName(DefaultArchitecture);

    /// <summary>The name of a class in this family, such as BertForMaskedLM.</summary>
    public string NameOf(ModelArchitecture architecture) => Model.Family.Of(Family).ClassName(architecture);

    /// <summary>Whether the family's pre-training tells the order of two texts; else whether the second continues the first.</summary>
    public bool JudgesOrder => Model.Family.Of(Family).JudgesOrder;

    /// <summary>A field's value: of one that is null and follows another, the other's.</summary>
    internal double this[ConfigField field]
    {
        get
        {
            double value = _values[field.Index];
            return double.IsNaN(value) && field[Family].Follows is ConfigField other ? this[other] : value;
        }
    }

    /// <summary>A field's value as the file has it, NaN for null.</summary>
    internal double Stored(ConfigField field) => _values[field.Index];

    /// <summary>Whether all that the files of two models would say is the same.</summary>
    public bool Equals(ModelConfig? other) =>
        other is not null && Family == other.Family && _values.AsSpan().SequenceEqual(other._values)
        && Labels.AsSpan().SequenceEqual(other.Labels.AsSpan()) && ProblemType == other.ProblemType
        && Architectures.AsSpan().SequenceEqual(other.Architectures.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Family, VocabularySize, HiddenSize, LayerCount, LabelCount);

    private static int? OrNull(double value) => double.IsNaN(value) ? null : (int)value;

    /// <summary><paramref name="count"/> labels of the form <c>LABEL_i</c>, as for a checkpoint that names none.</summary>
    public static ImmutableArray<string> NumberedLabels(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        string[] labels = new string[count];
        for (int i = 0; i < count; i++)
            labels[i] = ConfigNames.NumberedLabel(i);
        return ImmutableCollectionsMarshal.AsImmutableArray(labels);
    }

    /// <summary>Reads a <c>config.json</c>, or the one of a model: a directory, or a file as <see cref="ModelFiles.Open"/> takes it.</summary>
    /// <exception cref="CheckpointFormatException">The file is no configuration of a supported model.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static ModelConfig Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || Directory.Exists(path))
        {
            using ModelFiles files = ModelFiles.Open(path);
            return files.ReadConfig();
        }
        return Parse(ModelFiles.ReadFile(path, ConfigReader.MaxLength), path);
    }

    /// <summary>Reads a configuration from UTF-8 JSON.</summary>
    /// <param name="utf8">The JSON object; unknown keys are other tools' business and are passed over.</param>
    /// <param name="source">Names the origin in errors.</param>
    /// <exception cref="CheckpointFormatException">The text is no configuration of a supported model; the message names every fault's key.</exception>
    public static ModelConfig Parse(ReadOnlySpan<byte> utf8, string source) => ConfigReader.Read(utf8, source);

    /// <summary>The configuration as a <c>config.json</c> that Hugging Face's transformers reads back (UTF-8, indented, keys sorted).</summary>
    public byte[] ToJson() => ConfigWriter.Write(this);

    /// <summary>Throws where the sizes do not make a model that can be computed; <see cref="Parse"/> has done this already.</summary>
    /// <exception cref="ArgumentException">Names every fault.</exception>
    public void Validate()
    {
        List<string> faults = ConfigRules.Faults(this);
        if (faults.Count > 0)
            throw new ArgumentException("not a possible configuration: " + string.Join("; ", faults));
    }
}
