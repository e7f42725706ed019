using System.Collections.Concurrent;
using AlbertNative.Model;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Models;

/// <summary>What a model is for, as text-embeddings-inference divides them.</summary>
internal enum ModelKind
{
    Embedding,
    Classifier,
    Reranker,
}

/// <summary>A model under the name that it is served by, and its tasks.</summary>
/// <param name="spec">What the operator said of it.</param>
/// <param name="served">The model as the scheduler knows it.</param>
/// <param name="promptText">The text before those whose request names no prompt, where <paramref name="spec"/> names none; null for the files' own.</param>
internal sealed class ServedModel(ModelSpec spec, Serving.ServedModel served, string? promptText = null)
{
    private readonly ConcurrentDictionary<Overlong, Lazy<SparseEmbedder>> _sparse = new();
    private readonly Lazy<SequenceModel> _sequences = new(() => new SequenceModel(served.Model));

    /// <summary>What the operator said of it.</summary>
    public ModelSpec Spec { get; } = spec;

    /// <summary>The name that clients call it by.</summary>
    public string Name => Spec.Name;

    /// <summary>The first digits of its weights' hash.</summary>
    public string Version => Served.Version;

    /// <summary>The model as the scheduler knows it.</summary>
    public Serving.ServedModel Served { get; } = served;

    /// <summary>The opened model.</summary>
    public TextModel Model => Served.Model;

    /// <summary>What it is for.</summary>
    public ModelKind Kind { get; } =
        !served.Model.Transformer.Architectures.Contains(ModelArchitecture.SequenceClassification) ? ModelKind.Embedding
        : served.Model.Config.LabelCount == 1 ? ModelKind.Reranker : ModelKind.Classifier;

    /// <summary>Whether its vectors are sparse.</summary>
    public bool IsSplade => Spec.IsSplade;

    /// <summary>Its tasks; sparse vectors are one where the operator has said that it makes those.</summary>
    public IEnumerable<TaskDescription> Tasks => Served.Tasks.Where(task => IsSplade || task.TaskType != typeof(SparseEmbedder));

    /// <summary>The task that makes dense vectors, normalised where a request asks for it.</summary>
    public TextEmbedder Embedder(Overlong longTexts, int? maxLength = null) =>
        Task<TextEmbedder>(OptionsOf(longTexts) with { MaxLength = maxLength });

    /// <summary>How a model's texts become vectors: normalised where a request asks for it.</summary>
    public static EmbeddingOptions EmbeddingOf(ModelSpec spec) => new() { Pooling = spec.Pooling, Normalize = false };

    /// <summary>The task that makes sparse vectors.</summary>
    public SparseEmbedder SparseEmbedder(Overlong longTexts) =>
        _sparse.GetOrAdd(longTexts, key => new(() => new SparseEmbedder(Model, OptionsOf(key)))).Value;

    /// <summary>The task that labels texts.</summary>
    public TextClassifier Classifier(Overlong longTexts) => Task<TextClassifier>(OptionsOf(longTexts));

    /// <summary>The model for callers that tokenize themselves.</summary>
    public SequenceModel Sequences => _sequences.Value;

    /// <summary>The most tokens of a text.</summary>
    public int MaxLength => Kind != ModelKind.Embedding ? Classifier(Overlong.Refuse).MaxLength
        : IsSplade ? SparseEmbedder(Overlong.Refuse).MaxLength : Embedder(Overlong.Refuse).MaxLength;

    /// <summary>The prompt of texts whose request names none: the operator's choice, else the files'; empty for none.</summary>
    public string DefaultPrompt => Kind != ModelKind.Embedding || IsSplade ? ""
        : Spec.DefaultPrompt is string name ? PromptText(name)
        : promptText ?? (Embedder(Overlong.Refuse).DefaultPromptName is string own ? PromptText(own) : "");

    /// <summary>How its texts become dense vectors.</summary>
    public string PoolingName => string.Join('+', Embedder(Overlong.Refuse).Poolings.Select(ModelSpec.NameOf));

    /// <summary>The text of a prompt; empty where there is none.</summary>
    public string PromptText(string name) => Embedder(Overlong.Refuse).Prompts.GetValueOrDefault(name, "");

    /// <summary>A task of the model, made once for each way of meeting texts.</summary>
    /// <exception cref="RequestException">The model has no head for it, or cannot do it so.</exception>
    public TTask Task<TTask>(TaskOptions options)
        where TTask : TextTask
    {
        try
        {
            return Served.Task<TTask>(options);
        }
        catch (ArgumentException e)
        {
            TaskDescription description = TaskDescription.Of(typeof(TTask));
            throw description.CanBeDoneBy(Model.Transformer)
                ? new RequestException(ErrorKind.Invalid, e.Message)
                : new RequestException(
                    ErrorKind.NoSuchTask, $"unsupported task {description.Name}; this model has: {string.Join(", ", Tasks.Select(task => task.Name))}");
        }
    }

    /// <summary>The options of tasks that treat long texts so.</summary>
    public static TaskOptions OptionsOf(Overlong longTexts) => new() { Overlong = longTexts };
}
