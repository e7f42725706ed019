using System.Collections.Frozen;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>What <c>config_sentence_transformers.json</c> says: prompts, the length of vectors and how they compare.</summary>
/// <param name="Prompts">Texts that are put before each text, by name; the empty ones among them change nothing.</param>
/// <param name="DefaultPromptName">The prompt where a call names none; null for none.</param>
/// <param name="TruncateDimension">How many leading numbers of each vector are kept; null for all.</param>
/// <param name="Similarity">What vectors are compared by.</param>
internal sealed record SentenceTransformerConfig(
    FrozenDictionary<string, string> Prompts, string? DefaultPromptName, int? TruncateDimension, SimilarityFunction Similarity)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "config_sentence_transformers.json";

    private static readonly Dictionary<string, SimilarityFunction> SimilarityNames = new()
    {
        ["cosine"] = SimilarityFunction.Cosine,
        ["dot"] = SimilarityFunction.Dot,
        ["euclidean"] = SimilarityFunction.Euclidean,
        ["manhattan"] = SimilarityFunction.Manhattan,
    };

    private static readonly string[] DocumentPrompts = ["document", "passage", "corpus"];

    /// <summary>What a model without the file has.</summary>
    public static SentenceTransformerConfig None { get; } =
        new(FrozenDictionary<string, string>.Empty, null, null, SimilarityFunction.Cosine);

    /// <summary>Reads a model's; <see cref="None"/> where it has no such file.</summary>
    /// <exception cref="CheckpointFormatException">The file is malformed, or says what is not supported.</exception>
    public static SentenceTransformerConfig Read(ModelFiles files)
    {
        using SettingsFile? settings = SettingsFile.Read(files, FileName);
        if (settings is null)
            return None;
        if (settings.Text("model_type") is string type && type != "SentenceTransformer")
            throw settings.Fault($"the model is a {type}, only a SentenceTransformer makes a vector of a text");

        FrozenDictionary<string, string> prompts = settings.TextsByName("prompts").ToFrozenDictionary(StringComparer.Ordinal);
        string? defaultName = settings.Text("default_prompt_name");
        if (defaultName is not null && !prompts.ContainsKey(defaultName))
            throw settings.Fault($"\"default_prompt_name\": there is no prompt \"{defaultName}\"");
        return new(prompts, defaultName, settings.Number("truncate_dim"), ReadSimilarity(settings));
    }

    /// <summary>The prompt for the texts of a call; empty for none.</summary>
    /// <exception cref="ArgumentException">The model has no prompt of the name that is asked for, or two prompts are.</exception>
    public string PromptFor(EmbeddingRequest request)
    {
        if (request.Prompt is not null)
        {
            return request.PromptName is null
                ? request.Prompt
                : throw new ArgumentException("a prompt's name and a prompt's text exclude each other");
        }
        if (request.PromptName is string name)
        {
            return Prompts.TryGetValue(name, out string? prompt) ? prompt : throw new ArgumentException(
                $"the model has no prompt \"{name}\"; it has {(Prompts.Count == 0 ? "none" : string.Join(", ", Prompts.Keys.Order(StringComparer.Ordinal)))}");
        }
        string? named = request.Role switch
        {
            EmbeddingRole.Query => Array.Find(["query"], Prompts.ContainsKey),
            EmbeddingRole.Document => Array.Find(DocumentPrompts, Prompts.ContainsKey),
            _ => null,
        };
        return (named ?? DefaultPromptName) is string chosen ? Prompts[chosen] : "";
    }

    /// <summary>The similarity of a name; null where there is none.</summary>
    public static SimilarityFunction? SimilarityOf(string name) =>
        SimilarityNames.TryGetValue(name, out SimilarityFunction similarity) ? similarity : null;

    /// <summary>The name of a similarity.</summary>
    public static string NameOf(SimilarityFunction similarity) => SimilarityNames.First(named => named.Value == similarity).Key;

    private static SimilarityFunction ReadSimilarity(SettingsFile settings)
    {
        if (settings.Text("similarity_fn_name") is not string name)
            return SimilarityFunction.Cosine;
        return SimilarityOf(name) ?? throw settings.Fault($"the similarity \"{name}\" is not supported");
    }
}
