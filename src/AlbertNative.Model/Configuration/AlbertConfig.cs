using System.Collections.Immutable;
using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>
/// The shape of an ALBERT model: what <c>config.json</c> says, checked. A new instance has the values that
/// Hugging Face's AlbertConfig gives to absent keys.
/// </summary>
/// <remarks>Architecture: Lan et al., "ALBERT: A Lite BERT for Self-supervised Learning of Language Representations", 2020.</remarks>
public sealed record AlbertConfig
{
    /// <summary>The file that holds the configuration in a checkpoint directory.</summary>
    public const string FileName = "config.json";

    /// <summary>Number of word embeddings (<c>vocab_size</c>).</summary>
    public int VocabularySize { get; init; } = 30000;

    /// <summary>Width of the embeddings (<c>embedding_size</c>).</summary>
    public int EmbeddingSize { get; init; } = 128;

    /// <summary>Width of the hidden states (<c>hidden_size</c>).</summary>
    public int HiddenSize { get; init; } = 4096;

    /// <summary>Number of layers, each a visit to its group (<c>num_hidden_layers</c>).</summary>
    public int LayerCount { get; init; } = 12;

    /// <summary>Number of groups, within which the layers share their weights (<c>num_hidden_groups</c>).</summary>
    public int GroupCount { get; init; } = 1;

    /// <summary>Number of different layers inside a group, all run at each visit (<c>inner_group_num</c>).</summary>
    public int InnerGroupCount { get; init; } = 1;

    /// <summary>Number of attention heads (<c>num_attention_heads</c>); divides <see cref="HiddenSize"/>.</summary>
    public int HeadCount { get; init; } = 64;

    /// <summary>Width of the feed-forward network (<c>intermediate_size</c>).</summary>
    public int IntermediateSize { get; init; } = 16384;

    /// <summary>Activation of the feed-forward network and of the masked-LM head (<c>hidden_act</c>).</summary>
    public HiddenActivation Activation { get; init; } = HiddenActivation.GeluTanh;

    /// <summary>Number of position embeddings, so the longest sequence in columns (<c>max_position_embeddings</c>).</summary>
    public int MaxPositionCount { get; init; } = 512;

    /// <summary>Number of token types (<c>type_vocab_size</c>).</summary>
    public int TypeVocabularySize { get; init; } = 2;

    /// <summary>Added to the variance in every LayerNorm (<c>layer_norm_eps</c>).</summary>
    public double LayerNormEpsilon { get; init; } = 1e-12;

    /// <summary>Id of the padding token (<c>pad_token_id</c>), if there is one.</summary>
    public int? PadTokenId { get; init; } = 0;

    /// <summary>Id of the token that begins a sequence (<c>bos_token_id</c>), if there is one.</summary>
    public int? BosTokenId { get; init; } = 2;

    /// <summary>Id of the token that ends a sequence (<c>eos_token_id</c>), if there is one.</summary>
    public int? EosTokenId { get; init; } = 3;

    /// <summary>Dropout of the classifiers (<c>classifier_dropout_prob</c>): of training only, kept for writing back.</summary>
    public double ClassifierDropout { get; init; } = 0.1;

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

    /// <summary>The first of <see cref="Architectures"/>, or <see cref="AlbertArchitecture.AlbertModel"/> where there is none.</summary>
    /// <exception cref="NotSupportedException">The class is not one of ALBERT's seven.</exception>
    public AlbertArchitecture DefaultArchitecture
    {
        get
        {
            if (Architectures.IsEmpty)
                return AlbertArchitecture.AlbertModel;
            return AlbertConfigNames.Architectures.TryGetValue(Architectures[0], out AlbertArchitecture architecture)
                ? architecture
                : throw new NotSupportedException(
                    $"architectures names {AlbertConfigNames.Quote(Architectures[0])}, expected one of " +
                    AlbertConfigNames.Architectures.Names);
        }
    }

    /// <summary><paramref name="count"/> labels of the form <c>LABEL_i</c>, as for a checkpoint that names none.</summary>
    public static ImmutableArray<string> NumberedLabels(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        string[] labels = new string[count];
        for (int i = 0; i < count; i++)
            labels[i] = AlbertConfigNames.NumberedLabel(i);
        return ImmutableCollectionsMarshal.AsImmutableArray(labels);
    }

    /// <summary>Reads a <c>config.json</c>, or the one of a model: a directory, or a file as <see cref="ModelFiles.Open"/> takes it.</summary>
    /// <exception cref="CheckpointFormatException">The file is no configuration of a supported ALBERT.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static AlbertConfig Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || Directory.Exists(path))
        {
            using ModelFiles files = ModelFiles.Open(path);
            return files.ReadConfig();
        }
        if (new FileInfo(path).Length > AlbertConfigReader.MaxLength)
            throw new CheckpointFormatException(path, $"longer than {AlbertConfigReader.MaxLength} bytes");
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads a configuration from UTF-8 JSON.</summary>
    /// <param name="utf8">The JSON object; unknown keys are other tools' business and are passed over.</param>
    /// <param name="source">Names the origin in errors.</param>
    /// <exception cref="CheckpointFormatException">The text is no configuration of a supported ALBERT; the message names every fault's key.</exception>
    public static AlbertConfig Parse(ReadOnlySpan<byte> utf8, string source) => AlbertConfigReader.Read(utf8, source);

    /// <summary>The configuration as a <c>config.json</c> that Hugging Face's transformers reads back (UTF-8, indented, keys sorted).</summary>
    public byte[] ToJson() => AlbertConfigWriter.Write(this);

    /// <summary>Throws where the sizes do not make a model that can be computed; <see cref="Parse"/> has done this already.</summary>
    /// <exception cref="ArgumentException">Names every fault.</exception>
    public void Validate()
    {
        List<string> faults = AlbertConfigRules.Faults(this);
        if (faults.Count > 0)
            throw new ArgumentException("not a possible ALBERT configuration: " + string.Join("; ", faults));
    }
}
