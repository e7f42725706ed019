using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// Says whether two sentences stand in their order: the sentence-order head of ALBERT's pre-training (Lan et al.,
/// 2020, section 3.1).
/// </summary>
public sealed class SentenceOrderPredictor : AlbertTask
{
    private readonly AlbertForPreTraining _model;

    /// <summary>Makes the task of a model that the caller keeps.</summary>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public SentenceOrderPredictor(AlbertForPreTraining model, Tokenizer tokenizer, TaskOptions? options = null)
        : this(model, tokenizer, options ?? TaskOptions.Default, ownsModel: false)
    {
    }

    private SentenceOrderPredictor(AlbertForPreTraining model, Tokenizer tokenizer, TaskOptions options, bool ownsModel)
        : base(model, tokenizer, options, ownsModel)
    {
        _model = model;
        if (model.Config.LabelCount != 2)
            throw new ArgumentException($"a sentence-order head has 2 labels, this model's has {model.Config.LabelCount}", nameof(model));
        Inputs.RefuseWindows(nameof(SentenceOrderPredictor));
    }

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static SentenceOrderPredictor Load(string path, TaskOptions? options = null)
    {
        options ??= TaskOptions.Default;
        return Load(
            path,
            options,
            AlbertForPreTraining.Load,
            (model, tokenizer) => new SentenceOrderPredictor(model, tokenizer, options, ownsModel: true));
    }

    /// <summary>How likely two sentences stand in their order.</summary>
    /// <exception cref="ArgumentException">The two have too many tokens.</exception>
    public SentenceOrder Predict(string first, string second, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Predict([(first, second)], cancellation).Single();
    }

    /// <summary>How likely the sentences of each pair stand in their order: lazily, in order, many pairs in one pass.</summary>
    /// <exception cref="ArgumentException">When a pair's turn comes that has too many tokens.</exception>
    public IEnumerable<SentenceOrder> Predict(
        IEnumerable<(string First, string Second)> pairs, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Stream<(string First, string Second), PreTrainingOutput, SentenceOrder>(
            pairs, pair => Inputs.EncodePairs(pair, [pair]), Compute, cancellation);

        SentenceOrder[] Compute(ModelBatch<(string First, string Second)> batch, PreTrainingOutput output)
        {
            _model.ForwardSentenceOrder(batch.Tokens, output, cancellation);
            return batch.Select((i, _) =>
            {
                float[] scores = Probabilities.Softmax(output.SentenceOrderLogits[batch.FirstSequence(i)]);
                return new SentenceOrder(scores[0], scores[1]);
            });
        }
    }
}
