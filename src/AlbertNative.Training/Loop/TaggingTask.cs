using AlbertNative.Evaluation;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>
/// Token classification: sentences in words, each word with a tag. The first piece of a word carries its tag, or all pieces
/// do; a sentence is cut off at the longest length, and words beyond it count as <c>O</c> when it is judged.
/// </summary>
public sealed class TaggingTask : TrainingTask
{
    private readonly LabelSet _labels;
    private readonly Tokenizer _tokenizer;
    private readonly LabelAlignment _alignment;
    private readonly int _maxLength;
    private readonly PieceLabels _pieces;
    private readonly bool _crf;
    private readonly bool _leavesOutCutWords;

    /// <summary>Prepares sentences.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="train">What is learnt from; its tags are the labels, sorted by code unit.</param>
    /// <param name="dev">What each epoch is judged by, or null.</param>
    /// <param name="maxLength">The longest sequence in tokens, special ones included.</param>
    /// <param name="pieces">Which pieces of a word carry its tag.</param>
    /// <param name="smoothing">Label smoothing.</param>
    /// <param name="crf">Whether a linear-chain CRF over the words' first pieces judges a sentence's tags together.</param>
    /// <param name="leavesOutCutWords">
    /// Whether words beyond the longest length, and those without a token, are left out when a sentence is judged, as
    /// Hugging Face's <c>run_ner</c> does, which makes the figures better than the model; else they count as <c>O</c>.
    /// </param>
    /// <param name="modelLabels">The labels of the model that is trained on: where they are those of the training set, their order is kept. Null for none.</param>
    /// <exception cref="ArgumentException">A CRF comes with label smoothing, or with labels of all pieces.</exception>
    /// <exception cref="DataFormatException">A tag of the development set does not occur in the training set.</exception>
    public TaggingTask(
        Tokenizer tokenizer, DataSet<TaggedSentence> train, DataSet<TaggedSentence>? dev, int maxLength,
        PieceLabels pieces = PieceLabels.First, double smoothing = 0, bool crf = false, bool leavesOutCutWords = false,
        IReadOnlyList<string>? modelLabels = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(train);
        _tokenizer = tokenizer;
        _maxLength = maxLength;
        _pieces = pieces;
        if (crf && (smoothing > 0 || pieces != PieceLabels.First))
            throw new ArgumentException("a CRF is over the words' first pieces, and without label smoothing", nameof(crf));
        _crf = crf;
        _leavesOutCutWords = leavesOutCutWords;
        _labels = new LabelSet(train.SelectMany(sentence => sentence.Tags), modelLabels);
        _alignment = new LabelAlignment(Labels, pieces);
        DataFiles = Describe(train, dev, "sentences");
        Train = Prepare(train, smoothing);
        LabelCounts = _labels.CountsOf(train.SelectMany(sentence => sentence.Tags));
        if (dev is not null)
            Dev = Add(dev);
    }

    /// <inheritdoc/>
    public override ModelArchitecture Architecture => ModelArchitecture.TokenClassification;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Labels => _labels.Names;

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, int>> LabelCounts { get; }

    /// <inheritdoc/>
    public override PreparedExamples Train { get; }

    /// <inheritdoc/>
    public override PreparedExamples? Dev { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> DataFiles { get; }

    /// <inheritdoc/>
    public override string Fingerprint => FormattableString.Invariant($"tag {(_crf ? "crf " : "")}{_maxLength} {_pieces} {string.Join(';', DataFiles)}");

    /// <inheritdoc/>
    public override ModelConfig ConfigOf(ModelConfig config) => base.ConfigOf(config) with { HasCrf = _crf };

    /// <summary><c>f1</c> of entities, or <c>accuracy</c> where the tags are not those of entities.</summary>
    public override string MainMetric => HasEntities ? "f1" : "accuracy";

    private bool HasEntities => Labels.Contains("O") && Labels.All(label => label == "O" || label.Contains('-', StringComparison.Ordinal));

    /// <summary>Prepares further sentences to be judged.</summary>
    /// <exception cref="DataFormatException">A tag does not occur in the training set.</exception>
    public PreparedExamples Add(DataSet<TaggedSentence> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        return Prepare(sentences, smoothing: 0);
    }

    /// <inheritdoc/>
    public override TaskScores Evaluate(Trainer trainer, PreparedExamples examples)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(examples);
        TaggedInputs judged = (TaggedInputs)examples;
        string?[][] found = [.. judged.Sentences.Select(sentence => new string?[sentence.Words.Count])];
        double loss = trainer.Evaluate(examples, (model, part) =>
        {
            LinearChainCrf? crf = _crf ? CrfTargets.Load(model) : null;
            for (int i = 0; i < part.Length; i++)
            {
                int example = part.Span[i];
                (int start, int length) = model.Batch.RowsOf(i);
                if (crf is not null)
                {
                    Decode(crf, model, start, judged.Words[example], found[example]);
                    continue;
                }
                for (int token = length - 1; token >= 0; token--)
                {
                    // The first piece of a word is the last to be looked at, and decides.
                    if (judged.Words[example][token] is >= 0 and int word)
                        found[example][word] = Labels[Probabilities.ArgMax(model.Logits[start + token])];
                }
            }
        });
        (IReadOnlyList<TaggedSentence> sentences, string[][] predicted, string[] notes) = Judged(judged.Sentences, found);
        IReadOnlyList<IReadOnlyList<string>> truth = [.. sentences.Select(sentence => sentence.Tags)];
        EvaluationSummary summary = TagEvaluation.Of(sentences, predicted);
        summary = summary with { Notes = [.. summary.Notes, .. notes] };
        Dictionary<string, double> metrics = new(StringComparer.Ordinal) { ["loss"] = loss };
        if (!HasEntities)
        {
            ClassificationReport words = ClassificationReport.Of([.. truth.SelectMany(tags => tags)], [.. predicted.SelectMany(tags => tags)]);
            (metrics["accuracy"], metrics["macro_f1"]) = (words.Accuracy, words.Macro.F1);
            return new TaskScores(words.Accuracy, metrics, words.ToString()) { Summary = summary };
        }
        EntityReport report = EntityReport.Of(truth, predicted);
        metrics["accuracy"] = report.Accuracy;
        metrics["precision"] = report.Micro.Precision;
        metrics["recall"] = report.Micro.Recall;
        metrics["f1"] = report.Micro.F1;
        return new TaskScores(report.Micro.F1, metrics, report.ToString()) { Summary = summary };
    }

    /// <summary>What is judged of sentences some of whose words have no tag: they are too far back, or have no token.</summary>
    private (IReadOnlyList<TaggedSentence> Sentences, string[][] Predicted, string[] Notes) Judged(DataSet<TaggedSentence> sentences, string?[][] found)
    {
        int cut = found.Sum(tags => tags.Count(tag => tag is null));
        if (!_leavesOutCutWords || cut == 0)
        {
            string[][] predicted = [.. found.Select(tags => Array.ConvertAll(tags, tag => tag ?? "O"))];
            return (sentences, predicted, cut == 0 ? [] : [FormattableString.Invariant($"{cut} words are beyond the longest sequence or have no token, and count as O.")]);
        }
        TaggedSentence[] kept = [.. sentences.Select((sentence, i) => sentence with
        {
            Words = [.. sentence.Words.Where((_, word) => found[i][word] is not null)],
            Tags = [.. sentence.Tags.Where((_, word) => found[i][word] is not null)],
        })];
        return (kept, [.. found.Select(tags => tags.OfType<string>().ToArray())], [FormattableString.Invariant($"{cut} words are beyond the longest sequence or have no token, and are left out.")]);
    }

    /// <summary>The best tags of a sentence's words together, each by its first piece.</summary>
    private void Decode(LinearChainCrf crf, TrainableModel model, int start, int[] words, string?[] predicted)
    {
        int[] tokens = [.. Enumerable.Range(0, words.Length).Where(token => words[token] >= 0 && (token == 0 || words[token - 1] != words[token]))];
        if (tokens.Length == 0)
            return;
        int[] best = crf.Decode(WordDecoder.Emissions(model.Logits, [.. tokens.Select(token => start + token)]));
        for (int word = 0; word < tokens.Length; word++)
            predicted[words[tokens[word]]] = Labels[best[word]];
    }

    private TaggedInputs Prepare(DataSet<TaggedSentence> sentences, double smoothing)
    {
        EncodeOptions options = new() { MaxLength = _maxLength };
        ModelInput[] inputs = new ModelInput[sentences.Count];
        int[][] labels = new int[sentences.Count][], words = new int[sentences.Count][];
        for (int i = 0; i < sentences.Count; i++)
        {
            TaggedSentence sentence = sentences[i];
            Encoding encoding = _tokenizer.EncodeWords(sentence.Words, options);
            int[] numbers = [.. sentence.Tags.Select(tag => _labels.NumberOf(tag, "tag", sentences.Path, sentence.Line))];
            inputs[i] = ModelInput.Of(encoding);
            labels[i] = _alignment.Align(encoding, numbers);
            words[i] = [.. encoding.WordIndices];
        }
        return new TaggedInputs(inputs, labels, smoothing, _crf, sentences, words);
    }

    /// <summary>Sentences with what they are judged by: their tags, and the word of each token.</summary>
    private sealed class TaggedInputs(ModelInput[] inputs, int[][] labels, double smoothing, bool crf, DataSet<TaggedSentence> sentences, int[][] words)
        : LabelledInputs(inputs, labels, smoothing)
    {
        public DataSet<TaggedSentence> Sentences => sentences;

        public int[][] Words => words;

        public override int LineOf(int example) => sentences[example].Line;

        public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples)
        {
            if (!crf)
                return base.TargetsOf(examples);
            int[] numbers = examples.ToArray();
            return new CrfTargets([.. numbers.SelectMany(LabelsOf)], [.. numbers.Select(TokensOf)]);
        }
    }
}
