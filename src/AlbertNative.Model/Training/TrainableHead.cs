using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>What stands on the encoder of a trainable model: some of three parts, by its class.</summary>
internal sealed class TrainableHead
{
    private readonly TrainablePooler? _pooler;
    private readonly TrainableTokenClassifier? _tokens;
    private readonly TrainableWordScores? _words;
    private (int Sequence, int Row)[] _places = [];
    private int[] _needed = [], _firstRows = [], _wordRows = [];
    private int _sequences, _wordCount;

    private TrainableHead(TrainablePooler? pooler, TrainableTokenClassifier? tokens, TrainableWordScores? words, bool givesStates)
    {
        _pooler = pooler;
        _tokens = tokens;
        _words = words;
        GivesStates = givesStates;
    }

    /// <summary>Whether the hidden states themselves are the result, of the bare model.</summary>
    public bool GivesStates { get; }

    public Matrix Logits { get; private set; }

    public Matrix PairLogits { get; private set; }

    private ReadOnlySpan<(int Sequence, int Row)> Places => _places.AsSpan(0, _sequences);

    private ReadOnlySpan<int> FirstRows => _firstRows.AsSpan(0, _sequences);

    private ReadOnlySpan<int> WordRows => _wordRows.AsSpan(0, _wordCount);

    public static TrainableHead Of(ModelConfig config, ModelArchitecture architecture, ParameterSet parameters)
    {
        Family family = Family.Of(config.Family);
        bool hasPooler = parameters.Layout.TryGet(TensorCatalogue.Weight(family.Pooler), out _);
        TrainablePooler? Pooled(string? classifier) => hasPooler
            ? new(parameters.Linear(family.Pooler), classifier is null ? null : parameters.Linear(classifier)) : null;
        TrainableTokenClassifier Tokens(string classifier, bool drops) => new(parameters.Linear(classifier), drops);
        TrainableWordScores Words() => new(
            config, parameters.Linear(family.Prediction.Dense), parameters.Norm(family.Prediction.Norm),
            parameters.Linear(parameters.Layout[family.WordEmbeddings], parameters.Layout[family.Prediction.Bias]));
        return architecture switch
        {
            ModelArchitecture.Model => new(Pooled(null), null, null, givesStates: true),
            ModelArchitecture.PreTraining => new(Pooled(family.SentencePair), null, Words(), givesStates: false),
            ModelArchitecture.MaskedLM => new(null, null, Words(), givesStates: false),
            ModelArchitecture.NextSentencePrediction => new(Pooled(family.SentencePair), null, null, givesStates: false),
            ModelArchitecture.SequenceClassification or ModelArchitecture.MultipleChoice => new(Pooled(Family.Classifier), null, null, givesStates: false),
            ModelArchitecture.TokenClassification => new(null, Tokens(Family.Classifier, drops: true), null, givesStates: false),
            ModelArchitecture.QuestionAnswering => new(null, Tokens(Family.Answer, drops: false), null, givesStates: false),
            _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture, "not a class"),
        };
    }

    public void Pack(TeamThread thread)
    {
        _pooler?.Pack(thread);
        _tokens?.Pack(thread);
        _words?.Pack(thread);
    }

    /// <summary>Shapes everything; returns the rows of the last layer that are needed, empty for all.</summary>
    public ReadOnlySpan<int> Prepare(TokenBatch batch, ReadOnlySpan<int> rows)
    {
        RequireAscending(rows, batch.TokenCount);
        _sequences = batch.SequenceCount;
        if (_pooler is not null)
        {
            if (batch.PoolingRefusal() is string refusal)
                throw new ArgumentException(refusal, nameof(batch));
            _pooler.Prepare(_sequences);
        }
        if (_places.Length < _sequences)
            _places = [.. Enumerable.Range(0, 2 * _sequences).Select(sequence => (sequence, 0))];
        ReadOnlySpan<int> needed = Needed(batch, rows);
        int count = needed.IsEmpty ? batch.TokenCount : needed.Length;
        _tokens?.Prepare(count);
        _words?.Prepare(_wordCount);
        Logits = _words?.Logits ?? _tokens?.Logits ?? _pooler?.Logits ?? default;
        PairLogits = _pooler is not null && (_words is not null || GivesStates) ? _pooler.Logits : default;
        return needed;
    }

    public void Forward(TeamThread thread, TrainingWorkspace w, DropoutMasks? masks)
    {
        Matrix states = w.LastState;
        _tokens?.Forward(thread, states, w.SelectedTokenRows, masks);
        _words?.Forward(thread, states, WordRows);
        _pooler?.Forward(thread, states, FirstRows, Places, masks);
    }

    /// <summary>Writes the gradient of the last state.</summary>
    public void Backward(TeamThread thread, TrainingWorkspace w, DropoutMasks? masks)
    {
        Matrix dStates = w.StateGradient;
        if (_tokens is not null)
            _tokens.Backward(thread, w.LastState, w.SelectedTokenRows, masks, dStates);
        else if (GivesStates)
            TensorOps.CopyRows(thread, w.LastState, dStates);
        else
            GradientOps.Clear(thread, dStates);
        _words?.Backward(thread, WordRows, dStates);
        _pooler?.Backward(thread, FirstRows, Places, masks, dStates);
    }

    /// <summary>The union of the first tokens, where there is a pooler, and the words asked for; and where each is in it.</summary>
    private ReadOnlySpan<int> Needed(TokenBatch batch, ReadOnlySpan<int> rows)
    {
        int tokens = batch.TokenCount;
        if (_needed.Length < tokens)
        {
            _needed = new int[2 * tokens];
            _wordRows = new int[2 * tokens];
        }
        if (_firstRows.Length < _sequences)
            _firstRows = new int[2 * _sequences];
        ReadOnlySpan<int> starts = batch.SequenceStarts[.._sequences];
        bool all = GivesStates || (_pooler is null && rows.IsEmpty) || (_words is not null && rows.IsEmpty);
        _wordCount = _words is null ? 0 : rows.IsEmpty ? tokens : rows.Length;
        if (all)
        {
            starts.CopyTo(_firstRows);
            for (int row = 0; row < tokens; row++)
                _wordRows[row] = row;
            return default;
        }
        if (_words is null && _pooler is not null)
            rows = default;
        int count = 0, first = 0, word = 0;
        ReadOnlySpan<int> pooled = _pooler is null ? default : starts;
        while (first < pooled.Length || word < rows.Length)
        {
            int next = Math.Min(first < pooled.Length ? pooled[first] : tokens, word < rows.Length ? rows[word] : tokens);
            if (first < pooled.Length && pooled[first] == next)
                _firstRows[first++] = count;
            if (word < rows.Length && rows[word] == next)
                _wordRows[word++] = count;
            _needed[count++] = next;
        }
        return _needed.AsSpan(0, count);
    }

    private static void RequireAscending(ReadOnlySpan<int> rows, int tokens)
    {
        int previous = -1;
        foreach (int row in rows)
        {
            if (row <= previous || row >= tokens)
                throw new ArgumentException($"row {row} after row {previous}: rows must ascend, below the {tokens} tokens", nameof(rows));
            previous = row;
        }
    }
}
