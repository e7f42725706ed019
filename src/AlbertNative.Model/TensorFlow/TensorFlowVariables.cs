using System.Diagnostics.CodeAnalysis;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model.TensorFlow;

/// <summary>
/// The variables of a TensorFlow checkpoint as the tensors of a family: named and oriented as Hugging Face does, without
/// what only training needs. Whatever is neither is refused by name.
/// </summary>
internal sealed class TensorFlowVariables
{
    private const string HubPrefix = "module/";
    private const int MaxSlotDepth = 2;

    private static readonly HashSet<string> Counters = new(StringComparer.Ordinal) { "global_step", "beta1_power", "beta2_power" };
    private static readonly string[] SquadScopes = ["start_logits/", "end_logits/", "answer_class/"];

    private readonly Dictionary<string, CheckpointTensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Names all variables.</summary>
    /// <exception cref="CheckpointFormatException">They are not those of an ALBERT or a BERT.</exception>
    public TensorFlowVariables(Checkpoint checkpoint)
    {
        List<(string Name, CheckpointTensor Tensor)> variables = [.. WithoutHubPrefix(checkpoint).Where(v => !Counters.Contains(v.Name))];
        TensorFlowNames[] families = [.. TensorFlowNames.Families.Where(family => variables.Exists(v => family.IsOfLayer(v.Name)))];
        if (families.Length == 0)
            throw new CheckpointFormatException(checkpoint.Source, "holds the layers of neither an ALBERT nor a BERT of google-research");
        Names = families[0];
        foreach ((string name, CheckpointTensor tensor) in variables)
        {
            if (Names.Find(name) is { } found)
                Add(checkpoint.Source, name, found, tensor);
            else if (!IsSlot(name))
                throw Refuse(checkpoint.Source, name);
        }
        AddIdentityProjection();
    }

    /// <summary>The family.</summary>
    public TensorFlowNames Names { get; }

    /// <summary>The tensors under Hugging Face's names.</summary>
    public IReadOnlyCollection<CheckpointTensor> Tensors => _tensors.Values;

    /// <summary>True where the embeddings have the hidden size and the program therefore had no projection of them.</summary>
    public bool HasIdentityProjection { get; private set; }

    /// <summary>The class whose heads are there.</summary>
    public string Architecture => Names.ClassPrefix + (
        Has("predictions.bias", "cls.predictions.bias") ? Has("sop_classifier.classifier.weight", "cls.seq_relationship.weight") ? "ForPreTraining" : "ForMaskedLM"
        : Has("qa_outputs.weight") ? "ForQuestionAnswering"
        : !Has("classifier.weight") ? "Model"
        : Has("albert.pooler.weight", "bert.pooler.dense.weight") ? "ForSequenceClassification"
        : "ForTokenClassification");

    /// <summary>The number of labels of a classifier; null where there is none.</summary>
    public long? LabelCount => TryGet("classifier.weight", out CheckpointTensor? tensor) && tensor.Shape.Length == 2 ? tensor.Shape[0] : null;

    private bool Has(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (_tensors.ContainsKey(name))
                return true;
        }
        return false;
    }

    private bool TryGet(string name, [NotNullWhen(true)] out CheckpointTensor? tensor) => _tensors.TryGetValue(name, out tensor);

    // A hub module that was used inside another graph has its scope before all names.
    private static IEnumerable<(string Name, CheckpointTensor Tensor)> WithoutHubPrefix(Checkpoint checkpoint)
    {
        bool isPrefixed = checkpoint.Tensors.All(t => t.Name.StartsWith(HubPrefix, StringComparison.Ordinal) || Counters.Contains(t.Name));
        return checkpoint.Tensors.Select(t => (isPrefixed && t.Name.StartsWith(HubPrefix, StringComparison.Ordinal) ? t.Name[HubPrefix.Length..] : t.Name, t));
    }

    private void Add(string source, string variable, TensorFlowName found, CheckpointTensor tensor)
    {
        if (found.IsTransposed && tensor.Shape.Length != 2)
            throw new CheckpointFormatException(source, $"'{variable}' has {tensor.Shape.Length} dimensions, a kernel has 2");
        _tensors.Add(found.Name, found.IsTransposed ? tensor.Transpose(found.Name) : tensor.Rename(found.Name));
    }

    // An optimizer's slots lie below the variable that they are for: .../kernel/adam_m, .../kernel/LAMB/adam_v.
    private bool IsSlot(string name)
    {
        for (int depth = 0; depth < MaxSlotDepth && name.LastIndexOf('/') is int slash and > 0; depth++)
        {
            name = name[..slash];
            if (Names.Find(name) is not null)
                return true;
        }
        return false;
    }

    private CheckpointFormatException Refuse(string source, string name) => new(source,
        Array.Exists(SquadScopes, scope => name.StartsWith(scope, StringComparison.Ordinal))
            ? $"'{name}' is of google-research's head for SQuAD 2, which has layers that no class of Hugging Face's has"
            : $"'{name}' is no variable of {(Names == TensorFlowNames.Bert ? "a BERT" : "an ALBERT")} of google-research");

    /// <summary>
    /// Google's ALBERT has no projection where the embeddings have the hidden size; Hugging Face's always does. The
    /// identity computes the same: every sum has one product that is not zero.
    /// </summary>
    private void AddIdentityProjection()
    {
        const string Projection = "albert.encoder.embedding_hidden_mapping_in";
        if (Names != TensorFlowNames.Albert || Has(Projection + ".weight", Projection + ".bias")
            || !TryGet("albert.embeddings.word_embeddings.weight", out CheckpointTensor? words) || words.Shape.Length != 2
            || !TryGet("albert.encoder.albert_layer_groups.0.albert_layers.0.attention.query.weight", out CheckpointTensor? query)
            || !query.Shape.AsSpan().SequenceEqual([words.Shape[1], words.Shape[1]]))
        {
            return;
        }
        // No larger than the query's weight, which the file holds.
        int size = (int)words.Shape[1];
        float[] identity = new float[(long)size * size];
        for (int i = 0; i < size; i++)
            identity[((long)i * size) + i] = 1;
        HasIdentityProjection = true;
        _tensors.Add(Projection + ".weight", CheckpointTensor.FromValues(Projection + ".weight", [size, size], identity));
        _tensors.Add(Projection + ".bias", CheckpointTensor.FromValues(Projection + ".bias", [size], new float[size]));
    }
}
