using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>Labels texts, or pairs of texts: Hugging Face's text-classification pipeline.</summary>
public sealed class TextClassifier : AlbertTask
{
    private readonly AlbertForSequenceClassification _model;

    /// <summary>Makes the task of a model that the caller keeps.</summary>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public TextClassifier(AlbertForSequenceClassification model, Tokenizer tokenizer, TaskOptions? options = null)
        : this(model, tokenizer, options ?? TaskOptions.Default, ownsModel: false)
    {
    }

    private TextClassifier(
        AlbertForSequenceClassification model, Tokenizer tokenizer, TaskOptions options, bool ownsModel)
        : base(model, tokenizer, options, ownsModel)
    {
        _model = model;
    }

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static TextClassifier Load(string path, TaskOptions? options = null)
    {
        options ??= TaskOptions.Default;
        return Load(
            path,
            options,
            AlbertForSequenceClassification.Load,
            (model, tokenizer) => new TextClassifier(model, tokenizer, options, ownsModel: true));
    }

    /// <summary>The labels of a text, best first.</summary>
    /// <param name="text">The text. Where it is read in windows, a label's score is the mean of the windows' scores.</param>
    /// <param name="options">How many labels, and how they are scored.</param>
    /// <param name="cancellation">Stops the computation.</param>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public IReadOnlyList<LabelScore> Classify(
        string text, TextClassificationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Classify([text], options, cancellation).Single();
    }

    /// <summary>The labels of a pair of texts, best first.</summary>
    /// <exception cref="ArgumentException">The pair has too many tokens.</exception>
    public IReadOnlyList<LabelScore> ClassifyPair(
        string text, string pair, TextClassificationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(pair);
        return ClassifyPairs([(text, pair)], options, cancellation).Single();
    }

    /// <summary>The labels of each text, best first: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<IReadOnlyList<LabelScore>> Classify(
        IEnumerable<string> texts, TextClassificationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Run(texts, text => Inputs.Encode(text, text), options, cancellation);
    }

    /// <summary>The labels of each pair, best first: lazily, in order, many pairs in one pass. Pairs are not read in windows.</summary>
    /// <exception cref="ArgumentException">When a pair's turn comes that has too many tokens.</exception>
    public IEnumerable<IReadOnlyList<LabelScore>> ClassifyPairs(
        IEnumerable<(string Text, string Pair)> pairs, TextClassificationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Run(pairs, pair => Inputs.EncodePairs(pair, [pair]), options, cancellation);
    }

    private IEnumerable<IReadOnlyList<LabelScore>> Run<TInput>(
        IEnumerable<TInput> inputs,
        Func<TInput, EncodedInput<TInput>> encode,
        TextClassificationOptions? options,
        CancellationToken cancellation)
    {
        options ??= TextClassificationOptions.Default;
        int topK = options.TopK ?? int.MaxValue;
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1, nameof(options.TopK));
        ScoreFunction function = options.Function ?? DefaultFunction(Config);
        return Stream<TInput, LogitsOutput, IReadOnlyList<LabelScore>>(inputs, encode, Compute, cancellation);

        IReadOnlyList<LabelScore>[] Compute(ModelBatch<TInput> batch, LogitsOutput output)
        {
            _model.Forward(batch.Tokens, output, hiddenStates: false, cancellation);
            return batch.Select((i, input) => Best(Scores(output, batch.FirstSequence(i), input.Windows.Count, function), topK));
        }
    }

    internal static ScoreFunction DefaultFunction(AlbertConfig config) => config.ProblemType switch
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
