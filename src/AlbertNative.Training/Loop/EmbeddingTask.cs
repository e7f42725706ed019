using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>What sentence embeddings are trained by.</summary>
public enum EmbeddingLoss
{
    /// <summary>Each first text finds its own second one among those of the whole batch: sentence-transformers' MultipleNegativesRankingLoss.</summary>
    Ranking,

    /// <summary>The cosine of a pair is what its label says: sentence-transformers' CosineSimilarityLoss.</summary>
    Cosine,
}

/// <summary>How <see cref="EmbeddingTask"/> makes and compares vectors.</summary>
public sealed record EmbeddingTaskOptions
{
    /// <summary>What is learnt by.</summary>
    public EmbeddingLoss Loss { get; init; }

    /// <summary>From tokens to a vector: mean, cls or max.</summary>
    public Pooling Pooling { get; init; } = Pooling.Mean;

    /// <summary>What cosines are multiplied by in ranking.</summary>
    public double Scale { get; init; } = 20;

    /// <summary>What scores are divided by, so that they lie between −1 and 1: 5 for the labels of STS. For <see cref="EmbeddingLoss.Cosine"/>.</summary>
    public double LargestScore { get; init; } = 1;
}

/// <summary>
/// Sentence embeddings: a bi-encoder whose vectors are near each other where texts belong together. It is judged by Spearman's
/// correlation of cosines with scores, or, where pairs have none, by how often a first text is nearest to its own second one.
/// The result is a directory of sentence-transformers.
/// </summary>
public sealed class EmbeddingTask : TrainingTask
{
    private readonly Tokenizer _tokenizer;
    private readonly EmbeddingTaskOptions _options;
    private readonly VectorPooling _pooling;
    private readonly int _maxLength;

    /// <summary>Prepares pairs.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="train">What is learnt from.</param>
    /// <param name="dev">What each epoch is judged by, or null.</param>
    /// <param name="maxLength">The longest sequence in tokens, special ones included.</param>
    /// <param name="options">How vectors are made and compared; null for the defaults.</param>
    /// <exception cref="DataFormatException">Pairs have not the scores or negatives that the others have, or that the loss needs.</exception>
    /// <exception cref="NotSupportedException">The pooling is not trained.</exception>
    public EmbeddingTask(Tokenizer tokenizer, DataSet<TextPair> train, DataSet<TextPair>? dev, int maxLength, EmbeddingTaskOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(train);
        _tokenizer = tokenizer;
        _options = options ?? new EmbeddingTaskOptions();
        _pooling = new VectorPooling(_options.Pooling);
        _maxLength = maxLength;
        DataFiles = Describe(train, dev, "pairs");
        Train = Prepare(train, learns: true);
        if (dev is not null)
            Dev = Add(dev);
    }

    /// <inheritdoc/>
    public override ModelArchitecture Architecture => ModelArchitecture.Model;

    /// <summary>None: the output is a vector.</summary>
    public override IReadOnlyList<string> Labels => [];

    /// <inheritdoc/>
    public override PreparedExamples Train { get; }

    /// <inheritdoc/>
    public override PreparedExamples? Dev { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> DataFiles { get; }

    /// <inheritdoc/>
    public override string Fingerprint => FormattableString.Invariant($"embed {_maxLength} {_options} {string.Join(';', DataFiles)}");

    /// <inheritdoc/>
    public override string MainMetric => Dev is PairInputs { HasScores: true } ? "spearman" : "accuracy_at_1";

    /// <inheritdoc/>
    public override ModelConfig ConfigOf(ModelConfig config) => config;

    /// <summary>Not the pooler, which is no part of the vector.</summary>
    public override bool Trains(TrainableParameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return parameter.Part != ModelPart.Head;
    }

    /// <summary>The files that make the model one of sentence-transformers.</summary>
    public override IReadOnlyDictionary<string, byte[]> ExtraFiles(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return SentenceTransformerFiles.Of(_options.Pooling, config.HiddenSize, _maxLength);
    }

    /// <summary>The pooling that a model's files have; the mean where they have none.</summary>
    /// <exception cref="NotSupportedException">They have modules, or poolings, that are not trained; names them.</exception>
    /// <exception cref="Checkpoints.CheckpointFormatException">A file is malformed.</exception>
    public static Pooling PoolingOf(ModelFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (SentenceTransformerModules.Read(files) is not { } modules)
            return Pooling.Mean;
        if (modules.Vectors.Any(module => module is DenseModule))
            throw new NotSupportedException($"{modules.Source} has a Dense module, which is not trained");
        return modules.Pooling.Modes is [Pooling single]
            ? single
            : throw new NotSupportedException($"{modules.Source} has {modules.Pooling.Modes.Length} poolings; a model with one is trained");
    }

    /// <summary>Prepares further pairs to be judged.</summary>
    public PreparedExamples Add(DataSet<TextPair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Prepare(pairs, learns: false);
    }

    /// <inheritdoc/>
    public override TaskScores Evaluate(Trainer trainer, PreparedExamples examples)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        PairInputs inputs = (PairInputs)examples;
        List<double[]> vectors = [];
        trainer.Evaluate(examples, (model, _) => vectors.AddRange(_pooling.Pool(model)));
        UnitVectors units = new(vectors);
        double loss = Loss(vectors, units, inputs, trainer.BatchSize);
        int step = inputs.TextsPerExample;
        if (!inputs.HasScores)
            return Ranks(units, inputs.Count, step, loss);
        double[] truth = [.. inputs.Pairs.Select(pair => pair.Score!.Value)], cosines = [.. inputs.Pairs.Select((_, i) => units.Cosine(step * i, (step * i) + 1))];
        LabelledText[] texts = [.. inputs.Pairs.Select(pair => new LabelledText(pair.First, pair.Second, [], pair.Line))];
        return TaskScores.Of(ScoreEvaluation.Of(texts, truth, cosines, similarity: true), "spearman", loss);
    }

    /// <summary>How often, and how far ahead, a first text's own second one is the nearest of all second texts.</summary>
    private static TaskScores Ranks(UnitVectors units, int count, int step, double loss)
    {
        double first = 0, reciprocal = 0;
        for (int i = 0; i < count; i++)
        {
            double own = units.Cosine(step * i, (step * i) + 1);
            int rank = 1 + Enumerable.Range(0, count).Count(other => other != i && units.Cosine(step * i, (step * other) + 1) >= own);
            first += rank == 1 ? 1 : 0;
            reciprocal += rank <= 10 ? 1.0 / rank : 0;
        }
        Dictionary<string, double> metrics = new(StringComparer.Ordinal)
        {
            ["loss"] = loss,
            ["accuracy_at_1"] = first / count,
            ["mrr_at_10"] = reciprocal / count,
        };
        return new TaskScores(first / count, metrics, FormattableString.Invariant($"accuracy_at_1 {first / count:F4}  mrr_at_10 {reciprocal / count:F4}  ({count} pairs)"));
    }

    /// <summary>The loss as in training: of ranking the mean over batches of the training's size, in the file's order.</summary>
    private double Loss(List<double[]> vectors, UnitVectors units, PairInputs inputs, int batchSize)
    {
        int step = inputs.TextsPerExample, count = inputs.Count;
        double loss = 0;
        if (_options.Loss == EmbeddingLoss.Cosine && inputs.HasScores)
            return inputs.Pairs.Select((pair, i) => Math.Pow(units.Cosine(step * i, (step * i) + 1) - (pair.Score!.Value / _options.LargestScore), 2)).Average();
        for (int start = 0; start < count; start += batchSize)
        {
            int part = Math.Min(batchSize, count - start);
            loss += RankingTargets.Solve(vectors.GetRange(start * step, part * step), step, _options.Scale).Loss * part / count;
        }
        return loss;
    }

    private PairInputs Prepare(DataSet<TextPair> pairs, bool learns)
    {
        int negatives = pairs[0].Negatives.Count;
        bool cosine = learns && _options.Loss == EmbeddingLoss.Cosine, scored = pairs[0].Score is not null;
        foreach (TextPair pair in pairs)
        {
            if (pair.Negatives.Count != negatives)
                throw new DataFormatException(pairs.Path, pair.Line, null, $"{pair.Negatives.Count} negatives where the first pair has {negatives}");
            if (cosine && negatives > 0)
                throw new DataFormatException(pairs.Path, pair.Line, null, "negatives are for the ranking loss");
            if (pair.Score is null && (cosine || scored))
                throw new DataFormatException(pairs.Path, pair.Line, null, "the pair has no score");
            if (cosine && Math.Abs(pair.Score!.Value) > _options.LargestScore)
                throw new DataFormatException(pairs.Path, pair.Line, "score", FormattableString.Invariant($"the score {pair.Score} is larger than {_options.LargestScore}; say what the largest is (--largest-score)"));
        }
        EncodeOptions options = new() { MaxLength = _maxLength };
        ModelInput[][] inputs = [.. pairs.Select(pair => ((string[])[pair.First, pair.Second, .. pair.Negatives])
            .Select(text => ModelInput.Of(_tokenizer.Encode(text, options))).ToArray())];
        return new PairInputs(inputs, pairs, _pooling, _options, learns);
    }

    /// <summary>Pairs, each of as many sequences as it has texts.</summary>
    private sealed class PairInputs(ModelInput[][] inputs, DataSet<TextPair> pairs, VectorPooling pooling, EmbeddingTaskOptions options, bool learns)
        : GroupedInputs(inputs)
    {
        public DataSet<TextPair> Pairs => pairs;

        public bool HasScores { get; } = pairs.All(pair => pair.Score is not null);

        public int TextsPerExample { get; } = inputs[0].Length;

        public override int LineOf(int example) => pairs[example].Line;

        public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples)
        {
            if (!learns || options.Loss != EmbeddingLoss.Cosine)
                return new NoTargets();
            double[] labels = new double[examples.Length];
            for (int i = 0; i < labels.Length; i++)
                labels[i] = pairs[examples[i]].Score!.Value / options.LargestScore;
            return new CosineTargets(pooling, labels);
        }

        internal override bool JoinsExamples => options.Loss == EmbeddingLoss.Ranking;

        internal override JointTargets JointTargetsOf(ReadOnlySpan<int> examples) => new RankingTargets(pooling, TextsPerExample, options.Scale);
    }
}
