using AlbertNative.Model;

namespace AlbertNative;

/// <summary>
/// Says whether two sentences stand in their order: what ALBERT is pre-trained for (Lan et al., 2020, section 3.1), and of
/// BERT whether the second continues the first (Devlin et al., 2019, section 3.1).
/// </summary>
public sealed class SentenceOrderPredictor : TextTask
{
    private readonly SentencePairHead _head;
    private readonly OutputPool<LogitsOutput> _outputs = new();

    /// <summary>Makes the task of an opened model, which stays the caller's.</summary>
    /// <exception cref="FormatException">The model does not hold the head's weights.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public SentenceOrderPredictor(TextModel model, TaskOptions? options = null)
        : base(model, options)
    {
        _head = new SentencePairHead(model.Transformer);
        if (_head.LabelCount != 2)
            throw new ArgumentException($"a sentence-order head has 2 labels, this model's has {_head.LabelCount}", nameof(model));
        Inputs.RefuseWindows(nameof(SentenceOrderPredictor));
    }

    /// <summary>What the task is called, and what it needs.</summary>
    public static TaskDescription Description { get; } = new()
    {
        Name = "sentence-order",
        Command = "order",
        Summary = "Say whether two sentences stand in their order",
        TelemetryName = "sentence_order",
        Architectures = [ModelArchitecture.PreTraining, ModelArchitecture.NextSentencePrediction],
        TaskType = typeof(SentenceOrderPredictor),
        Create = (model, options) => new SentenceOrderPredictor(model, options),
    };

    /// <summary>Opens a model for this task alone: a directory, a one-file model, or a name on the hub (<see cref="TextModel.Open"/>).</summary>
    /// <exception cref="FormatException">A file is malformed, not supported, or lacks the task's head; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static SentenceOrderPredictor Load(string path, TaskOptions? options = null, TextModelOptions? modelOptions = null) =>
        Own(TextModel.Open(path, modelOptions), model => new SentenceOrderPredictor(model, options));

    /// <summary>How likely two sentences stand in their order.</summary>
    /// <exception cref="ArgumentException">The two have too many tokens.</exception>
    public SentenceOrder Predict(string first, string second, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Operation().Run((first, second), cancellationToken);
    }

    /// <summary>How likely the sentences of each pair stand in their order: lazily, in order, many pairs in one pass.</summary>
    /// <exception cref="ArgumentException">When a pair's turn comes that has too many tokens.</exception>
    public IEnumerable<SentenceOrder> Predict(
        IEnumerable<(string First, string Second)> pairs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Operation().Run(pairs, cancellationToken);
    }

    /// <summary>As <see cref="Predict(string, string, CancellationToken)"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The two have too many tokens.</exception>
    public Task<SentenceOrder> PredictAsync(string first, string second, CancellationToken cancellationToken = default) =>
        Operation().RunAsync((first, second), cancellationToken);

    /// <summary>The prediction in its parts.</summary>
    public TaskOperation<(string First, string Second), SentenceOrder> Operation() =>
        Operation<(string First, string Second), LogitsOutput, SentenceOrder>(
            _outputs,
            pair => Inputs.EncodePairs(pair, [pair]),
            HeadForward<(string First, string Second), LogitsOutput>.Of(_head),
            (batch, i, output) =>
            {
                float[] scores = Probabilities.Softmax(output.Logits[batch.FirstSequence(i)]);
                return new SentenceOrder(scores[0], scores[1]);
            });
}
