using System.Globalization;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>Labels texts, or pairs of texts: Hugging Face's text-classification pipeline.</summary>
public sealed class TextClassifier : TextTask
{
    private readonly SequenceClassificationHead _head;
    private readonly OutputPool<LogitsOutput> _outputs = new();

    /// <summary>Makes the task of an opened model, which stays the caller's.</summary>
    /// <exception cref="FormatException">The model does not hold the head's weights.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public TextClassifier(TextModel model, TaskOptions? options = null)
        : base(model, options) => _head = new SequenceClassificationHead(model.Transformer);

    /// <summary>What the task is called, and what it needs.</summary>
    public static TaskDescription Description { get; } = new()
    {
        Name = "text-classification",
        Command = "classify",
        Summary = "Label texts, or pairs of texts",
        TelemetryName = "text_classification",
        Architectures = [ModelArchitecture.SequenceClassification],
        TaskType = typeof(TextClassifier),
        Create = (model, options) => new TextClassifier(model, options),
    };

    /// <summary>Opens a model for this task alone: a directory, a one-file model, or a name on the hub (<see cref="TextModel.Open"/>).</summary>
    /// <exception cref="FormatException">A file is malformed, not supported, or lacks the task's head; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static TextClassifier Load(string path, TaskOptions? options = null, TextModelOptions? modelOptions = null) =>
        Own(TextModel.Open(path, modelOptions), model => new TextClassifier(model, options));

    /// <summary>The labels of a text, best first.</summary>
    /// <param name="text">The text. Where it is read in windows, a label's score is the mean of the windows' scores.</param>
    /// <param name="options">How many labels, and how they are scored.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public IReadOnlyList<LabelScore> Classify(
        string text, TextClassificationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Operation(options).Run(text, cancellationToken);
    }

    /// <summary>The labels of a pair of texts, best first.</summary>
    /// <exception cref="ArgumentException">The pair has too many tokens.</exception>
    public IReadOnlyList<LabelScore> ClassifyPair(
        string text, string pair, TextClassificationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(pair);
        return PairOperation(options).Run((text, pair), cancellationToken);
    }

    /// <summary>The labels of each text, best first: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<IReadOnlyList<LabelScore>> Classify(
        IEnumerable<string> texts, TextClassificationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Operation(options).Run(texts, cancellationToken);
    }

    /// <summary>The labels of each pair, best first: lazily, in order, many pairs in one pass. Pairs are not read in windows.</summary>
    /// <exception cref="ArgumentException">When a pair's turn comes that has too many tokens.</exception>
    public IEnumerable<IReadOnlyList<LabelScore>> ClassifyPairs(
        IEnumerable<(string Text, string Pair)> pairs, TextClassificationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return PairOperation(options).Run(pairs, cancellationToken);
    }

    /// <summary>As <see cref="Classify(string, TextClassificationOptions, CancellationToken)"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public Task<IReadOnlyList<LabelScore>> ClassifyAsync(
        string text, TextClassificationOptions? options = null, CancellationToken cancellationToken = default) =>
        Operation(options).RunAsync(text, cancellationToken);

    /// <summary>The labelling of texts in its parts.</summary>
    public TaskOperation<string, IReadOnlyList<LabelScore>> Operation(TextClassificationOptions? options = null) =>
        Operation<string>(text => Inputs.Encode(text, text), options);

    /// <summary>The labelling of pairs in its parts.</summary>
    public TaskOperation<(string Text, string Pair), IReadOnlyList<LabelScore>> PairOperation(TextClassificationOptions? options = null) =>
        Operation<(string Text, string Pair)>(pair => Inputs.EncodePairs(pair, [pair]), options);

    private HeadOperation<TInput, LogitsOutput, IReadOnlyList<LabelScore>> Operation<TInput>(
        Func<TInput, EncodedInput<TInput>> encode, TextClassificationOptions? options)
    {
        options ??= TextClassificationOptions.Default;
        int topK = options.TopK ?? int.MaxValue;
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1, nameof(options.TopK));
        ScoreFunction function = options.Function ?? DefaultFunction(Config);
        return Operation<TInput, LogitsOutput, IReadOnlyList<LabelScore>>(
            _outputs,
            encode,
            HeadForward<TInput, LogitsOutput>.Of(_head),
            (batch, i, output) => Best(Scores(output, batch.FirstSequence(i), batch.Inputs[i].Windows.Count, function), topK),
            string.Create(CultureInfo.InvariantCulture, $"classify {function} {topK}"));
    }

    internal static ScoreFunction DefaultFunction(ModelConfig config) => config.ProblemType switch
    {
        ProblemType.Regression => ScoreFunction.None,
        ProblemType.MultiLabelClassification => ScoreFunction.Sigmoid,
        _ => config.LabelCount == 1 ? ScoreFunction.Sigmoid : ScoreFunction.Softmax,
    };

    private static float[] Scores(LogitsOutput output, int firstWindow, int windows, ScoreFunction function)
    {
        float[] first = Apply(function, output.Logits[firstWindow]);
        if (windows == 1)
            return first;

        double[] sums = Array.ConvertAll(first, score => (double)score);
        for (int window = 1; window < windows; window++)
        {
            float[] scores = Apply(function, output.Logits[firstWindow + window]);
            for (int label = 0; label < sums.Length; label++)
                sums[label] += scores[label];
        }
        return Array.ConvertAll(sums, sum => (float)(sum / windows));
    }

    private static float[] Apply(ScoreFunction function, ReadOnlySpan<float> logits) => function switch
    {
        ScoreFunction.Sigmoid => Probabilities.Sigmoid(logits),
        ScoreFunction.Softmax => Probabilities.Softmax(logits),
        _ => logits.ToArray(),
    };

    private LabelScore[] Best(float[] scores, int topK) =>
        Array.ConvertAll(Probabilities.TopK(scores, topK), label => new LabelScore(Config.Labels[label], scores[label]));
}
