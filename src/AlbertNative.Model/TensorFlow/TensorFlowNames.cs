using System.Globalization;

namespace AlbertNative.Model.TensorFlow;

/// <summary>A variable under Hugging Face's name.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsTransposed">True for a kernel, which TensorFlow has as [in, out] and Hugging Face as [out, in].</param>
internal readonly record struct TensorFlowName(string Name, bool IsTransposed);

/// <summary>What a module of a TensorFlow program holds.</summary>
internal enum TensorFlowModule
{
    /// <summary><c>kernel</c> and <c>bias</c>.</summary>
    Dense,

    /// <summary><c>gamma</c> and <c>beta</c>.</summary>
    LayerNorm,

    /// <summary><c>output_weights</c>, [labels, hidden] as in Hugging Face, and <c>output_bias</c>.</summary>
    Output,
}

/// <summary>
/// The variables of google-research's ALBERT and BERT (modeling.py, run_pretraining.py, run_classifier.py and
/// run_squad.py of both) under Hugging Face's names.
/// </summary>
/// <param name="ModelType">What Hugging Face calls the family.</param>
/// <param name="ClassPrefix">What its classes' names begin with.</param>
/// <param name="LayerPattern">
/// A layer's scope, <c>#</c> for each number, and what Hugging Face's names begin with, <c>{0}</c> for the first.
/// </param>
/// <param name="LayerModules">The modules within a layer.</param>
/// <param name="Modules">All other modules.</param>
/// <param name="Variables">Variables that belong to no module.</param>
internal sealed record TensorFlowNames(
    string ModelType,
    string ClassPrefix,
    (string Scope, string Format) LayerPattern,
    IReadOnlyDictionary<string, (TensorFlowModule Kind, string Module)> LayerModules,
    IReadOnlyDictionary<string, (TensorFlowModule Kind, string Module)> Modules,
    IReadOnlyDictionary<string, string> Variables)
{
    private const int MaxNumberLength = 4;

    public static TensorFlowNames Albert { get; } = new(
        "albert",
        "Albert",
        ("bert/encoder/transformer/group_#/inner_group_#/", "albert.encoder.albert_layer_groups.{0}.albert_layers.{1}."),
        new Dictionary<string, (TensorFlowModule, string)>(StringComparer.Ordinal)
        {
            ["attention_1/self/query"] = (TensorFlowModule.Dense, "attention.query"),
            ["attention_1/self/key"] = (TensorFlowModule.Dense, "attention.key"),
            ["attention_1/self/value"] = (TensorFlowModule.Dense, "attention.value"),
            ["attention_1/output/dense"] = (TensorFlowModule.Dense, "attention.dense"),
            ["LayerNorm"] = (TensorFlowModule.LayerNorm, "attention.LayerNorm"),
            ["ffn_1/intermediate/dense"] = (TensorFlowModule.Dense, "ffn"),
            ["ffn_1/intermediate/output/dense"] = (TensorFlowModule.Dense, "ffn_output"),
            ["LayerNorm_1"] = (TensorFlowModule.LayerNorm, "full_layer_layer_norm"),
        },
        new Dictionary<string, (TensorFlowModule, string)>(StringComparer.Ordinal)
        {
            ["bert/embeddings/LayerNorm"] = (TensorFlowModule.LayerNorm, "albert.embeddings.LayerNorm"),
            ["bert/encoder/embedding_hidden_mapping_in"] = (TensorFlowModule.Dense, "albert.encoder.embedding_hidden_mapping_in"),
            ["bert/pooler/dense"] = (TensorFlowModule.Dense, "albert.pooler"),
            ["cls/predictions/transform/dense"] = (TensorFlowModule.Dense, "predictions.dense"),
            ["cls/predictions/transform/LayerNorm"] = (TensorFlowModule.LayerNorm, "predictions.LayerNorm"),
            ["cls/seq_relationship"] = (TensorFlowModule.Output, "sop_classifier.classifier"),
            ["cls/squad"] = (TensorFlowModule.Output, "qa_outputs"),
            [""] = (TensorFlowModule.Output, "classifier"),
        },
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bert/embeddings/word_embeddings"] = "albert.embeddings.word_embeddings.weight",
            ["bert/embeddings/position_embeddings"] = "albert.embeddings.position_embeddings.weight",
            ["bert/embeddings/token_type_embeddings"] = "albert.embeddings.token_type_embeddings.weight",
            ["cls/predictions/output_bias"] = "predictions.bias",
        });

    public static TensorFlowNames Bert { get; } = new(
        "bert",
        "Bert",
        ("bert/encoder/layer_#/", "bert.encoder.layer.{0}."),
        new Dictionary<string, (TensorFlowModule, string)>(StringComparer.Ordinal)
        {
            ["attention/self/query"] = (TensorFlowModule.Dense, "attention.self.query"),
            ["attention/self/key"] = (TensorFlowModule.Dense, "attention.self.key"),
            ["attention/self/value"] = (TensorFlowModule.Dense, "attention.self.value"),
            ["attention/output/dense"] = (TensorFlowModule.Dense, "attention.output.dense"),
            ["attention/output/LayerNorm"] = (TensorFlowModule.LayerNorm, "attention.output.LayerNorm"),
            ["intermediate/dense"] = (TensorFlowModule.Dense, "intermediate.dense"),
            ["output/dense"] = (TensorFlowModule.Dense, "output.dense"),
            ["output/LayerNorm"] = (TensorFlowModule.LayerNorm, "output.LayerNorm"),
        },
        new Dictionary<string, (TensorFlowModule, string)>(StringComparer.Ordinal)
        {
            ["bert/embeddings/LayerNorm"] = (TensorFlowModule.LayerNorm, "bert.embeddings.LayerNorm"),
            ["bert/pooler/dense"] = (TensorFlowModule.Dense, "bert.pooler.dense"),
            ["cls/predictions/transform/dense"] = (TensorFlowModule.Dense, "cls.predictions.transform.dense"),
            ["cls/predictions/transform/LayerNorm"] = (TensorFlowModule.LayerNorm, "cls.predictions.transform.LayerNorm"),
            ["cls/seq_relationship"] = (TensorFlowModule.Output, "cls.seq_relationship"),
            ["cls/squad"] = (TensorFlowModule.Output, "qa_outputs"),
            [""] = (TensorFlowModule.Output, "classifier"),
        },
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bert/embeddings/word_embeddings"] = "bert.embeddings.word_embeddings.weight",
            ["bert/embeddings/position_embeddings"] = "bert.embeddings.position_embeddings.weight",
            ["bert/embeddings/token_type_embeddings"] = "bert.embeddings.token_type_embeddings.weight",
            ["cls/predictions/output_bias"] = "cls.predictions.bias",
        });

    /// <summary>The families, told by the scope of their layers.</summary>
    public static IReadOnlyList<TensorFlowNames> Families { get; } = [Albert, Bert];

    /// <summary>True where the variable is in the scope of one of the family's layers.</summary>
    public bool IsOfLayer(string variable) => variable.StartsWith(LayerPattern.Scope.AsSpan(0, LayerPattern.Scope.IndexOf('#')), StringComparison.Ordinal);

    /// <summary>The variable under Hugging Face's name; null where the family has none of that name.</summary>
    public TensorFlowName? Find(string variable)
    {
        if (Variables.TryGetValue(variable, out string? name))
            return new TensorFlowName(name, IsTransposed: false);
        int slash = variable.LastIndexOf('/');
        string scope = slash < 0 ? "" : variable[..slash];
        string parameter = variable[(slash + 1)..];
        if (Modules.TryGetValue(scope, out (TensorFlowModule Kind, string Module) module))
            return Find(module, parameter);
        return TryReadLayer(scope, out string prefix, out string rest) && LayerModules.TryGetValue(rest, out module)
            ? Find((module.Kind, prefix + module.Module), parameter)
            : null;
    }

    private static TensorFlowName? Find((TensorFlowModule Kind, string Module) module, string parameter) => (module.Kind, parameter) switch
    {
        (TensorFlowModule.Dense, "kernel") => new TensorFlowName(module.Module + ".weight", IsTransposed: true),
        (TensorFlowModule.LayerNorm, "gamma") or (TensorFlowModule.Output, "output_weights") => new TensorFlowName(module.Module + ".weight", IsTransposed: false),
        (TensorFlowModule.Dense, "bias") or (TensorFlowModule.LayerNorm, "beta") or (TensorFlowModule.Output, "output_bias") =>
            new TensorFlowName(module.Module + ".bias", IsTransposed: false),
        _ => null,
    };

    private bool TryReadLayer(ReadOnlySpan<char> scope, out string prefix, out string rest)
    {
        prefix = rest = "";
        List<object> numbers = [];
        ReadOnlySpan<char> pattern = LayerPattern.Scope;
        while (!pattern.IsEmpty)
        {
            int literal = pattern.IndexOf('#') is int at and >= 0 ? at : pattern.Length;
            if (!scope.StartsWith(pattern[..literal], StringComparison.Ordinal))
                return false;
            scope = scope[literal..];
            pattern = pattern[literal..];
            if (pattern.IsEmpty)
                break;
            int digits = scope.IndexOf('/');
            if (digits is < 1 or > MaxNumberLength || !int.TryParse(scope[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || (digits > 1 && scope[0] == '0'))
            {
                return false;
            }
            numbers.Add(number);
            scope = scope[digits..];
            pattern = pattern[1..];
        }
        prefix = string.Format(CultureInfo.InvariantCulture, LayerPattern.Format, [.. numbers]);
        rest = scope.ToString();
        return true;
    }
}
