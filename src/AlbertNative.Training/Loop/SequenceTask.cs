using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>Sequence classification in all of its forms: a text or a pair of texts, and what is to be said of it.</summary>
public abstract class SequenceTask : TrainingTask
{
    private readonly Tokenizer _tokenizer;
    private readonly ProblemType _problem;

    private protected SequenceTask(Tokenizer tokenizer, int maxLength, ProblemType problem)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _problem = problem;
        MaxLength = maxLength;
    }

    /// <inheritdoc/>
    public override ModelArchitecture Architecture => ModelArchitecture.SequenceClassification;

    /// <summary>The longest sequence in tokens, special ones included.</summary>
    public int MaxLength { get; }

    /// <inheritdoc/>
    public override ModelConfig ConfigOf(ModelConfig config) => base.ConfigOf(config) with { ProblemType = _problem };

    /// <summary>Prepares further texts to be judged.</summary>
    /// <exception cref="DataFormatException">A text is not labelled as those of the training set.</exception>
    public abstract PreparedExamples Add(DataSet<LabelledText> texts);

    private protected ModelInput[] Encode(DataSet<LabelledText> texts)
    {
        EncodeOptions options = new() { MaxLength = MaxLength };
        return [.. texts.Select(text => ModelInput.Of(
            text.Pair is null ? _tokenizer.Encode(text.Text, options) : _tokenizer.Encode(text.Text, text.Pair, options)))];
    }

    /// <summary>The scores of all examples, [examples, labels], and the mean loss.</summary>
    private protected static (float[][] Logits, double Loss) Scores(Trainer trainer, PreparedExamples examples)
    {
        float[][] logits = new float[examples.Count][];
        double loss = trainer.Evaluate(examples, (model, part) =>
        {
            for (int i = 0; i < part.Length; i++)
                logits[part.Span[i]] = model.Logits[i].ToArray();
        });
        return (logits, loss);
    }
}
