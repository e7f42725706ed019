using System.Numerics.Tensors;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>
/// Makes sparse vectors over the vocabulary of texts (SPLADE, arXiv:2107.05720): a word's weight is the largest
/// log(1 + max(0, x)) of the word's scores x at the text's tokens, special tokens included. It needs a masked language model.
/// </summary>
public sealed class SparseEmbedder : TextTask
{
    private readonly MaskedLMHead _head;
    private readonly OutputPool<LogitsOutput> _outputs = new();

    /// <summary>Makes the task of an opened model, which stays the caller's.</summary>
    /// <exception cref="FormatException">The model does not hold the head's weights.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public SparseEmbedder(TextModel model, TaskOptions? options = null)
        : base(model, options, model?.Modules?.MaxSequenceLength) => _head = new MaskedLMHead(model!.Transformer);

    /// <summary>What the task is called, and what it needs.</summary>
    public static TaskDescription Description { get; } = new()
    {
        Name = "sparse-feature-extraction",
        Command = "",
        Summary = "Make sparse vectors of texts over the vocabulary",
        TelemetryName = "embeddings",
        Architectures = [ModelArchitecture.MaskedLM],
        TaskType = typeof(SparseEmbedder),
        Create = (model, options) => new SparseEmbedder(model, options),
    };

    /// <summary>Opens a model for this task alone: a directory, a one-file model, or a name on the hub (<see cref="TextModel.Open"/>).</summary>
    /// <exception cref="FormatException">A file is malformed, not supported, or lacks the task's head; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public static SparseEmbedder Load(string path, TaskOptions? options = null, TextModelOptions? modelOptions = null) =>
        Own(TextModel.Open(path, modelOptions), model => new SparseEmbedder(model, options));

    /// <summary>The length of the vectors: words of the vocabulary.</summary>
    public int Dimension => Config.VocabularySize;

    /// <summary>A text's entries above 0, by ascending id. Where it is read in windows, all its tokens count.</summary>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public IReadOnlyList<SparseWeight> Embed(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Operation().Run(text, cancellationToken);
    }

    /// <summary>Texts' vectors in their parts.</summary>
    public TaskOperation<string, IReadOnlyList<SparseWeight>> Operation() => Operation<string>(text => Inputs.Encode(text, text));

    /// <summary>The vectors of texts that are given as ids, which are used as they are, in their parts.</summary>
    public TaskOperation<IReadOnlyList<int>, IReadOnlyList<SparseWeight>> IdOperation() =>
        Operation<IReadOnlyList<int>>(Inputs.EncodeIds);

    private HeadOperation<TInput, LogitsOutput, IReadOnlyList<SparseWeight>> Operation<TInput>(
        Func<TInput, EncodedInput<TInput>> encode) =>
        Operation<TInput, LogitsOutput, IReadOnlyList<SparseWeight>>(
            _outputs, encode, HeadForward<TInput, LogitsOutput>.Of(_head), Weights, "sparse");

    private SparseWeight[] Weights<TInput>(ModelBatch<TInput> batch, int input, LogitsOutput output)
    {
        // log(1 + x) grows with x: the largest score of a word gives its weight.
        float[] largest = new float[Dimension];
        foreach (int row in batch.TokenRows(input))
            TensorPrimitives.Max(largest, output.Logits[row], largest);

        List<SparseWeight> weights = [];
        for (int word = 0; word < largest.Length; word++)
        {
            if (largest[word] > 0)
                weights.Add(new(word, (float)Math.Log(1.0 + largest[word])));
        }
        return [.. weights];
    }
}
