using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>Multiple choice: each choice is read together with the text, and the best of a question's choices is to be the right one.</summary>
public sealed class ChoiceTask : TrainingTask
{
    private readonly Tokenizer _tokenizer;
    private readonly int _maxLength;

    /// <summary>Prepares questions.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="train">What is learnt from.</param>
    /// <param name="dev">What each epoch is judged by, or null.</param>
    /// <param name="maxLength">The longest sequence in tokens, special ones included.</param>
    public ChoiceTask(Tokenizer tokenizer, DataSet<ChoiceExample> train, DataSet<ChoiceExample>? dev, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(train);
        _tokenizer = tokenizer;
        _maxLength = maxLength;
        DataFiles = Describe(train, dev, "questions");
        Train = Add(train);
        if (dev is not null)
            Dev = Add(dev);
    }

    /// <inheritdoc/>
    public override ModelArchitecture Architecture => ModelArchitecture.MultipleChoice;

    /// <summary>None: there is one score, and a softmax over those of a question's choices.</summary>
    public override IReadOnlyList<string> Labels => [];

    /// <inheritdoc/>
    public override PreparedExamples Train { get; }

    /// <inheritdoc/>
    public override PreparedExamples? Dev { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> DataFiles { get; }

    /// <inheritdoc/>
    public override string Fingerprint => FormattableString.Invariant($"choose {_maxLength} {string.Join(';', DataFiles)}");

    /// <inheritdoc/>
    public override string MainMetric => "accuracy";

    /// <inheritdoc/>
    public override ModelConfig ConfigOf(ModelConfig config) => config;

    /// <summary>Prepares further questions to be judged.</summary>
    public PreparedExamples Add(DataSet<ChoiceExample> questions)
    {
        ArgumentNullException.ThrowIfNull(questions);
        return new ChoiceInputs(
            [.. questions.Select(question => ChoiceInput.Of(_tokenizer, question.Text, question.Choices, question.Label, _maxLength))], questions);
    }

    /// <inheritdoc/>
    public override TaskScores Evaluate(Trainer trainer, PreparedExamples examples)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ChoiceInputs questions = (ChoiceInputs)examples;
        PredictedChoice[] predicted = new PredictedChoice[questions.Count];
        double loss = trainer.Evaluate(examples, (model, part) =>
        {
            int row = 0;
            foreach (int question in part.Span)
            {
                float[] scores = new float[questions.Questions[question].Choices.Count];
                for (int choice = 0; choice < scores.Length; choice++)
                    scores[choice] = model.Logits[row++][0];
                int best = Probabilities.ArgMax(scores);
                predicted[question] = new PredictedChoice(best, Probabilities.Softmax(scores)[best]);
            }
        });
        return TaskScores.Of(ChoiceEvaluation.Of(questions.Questions, predicted), MainMetric, loss);
    }

    /// <summary>Questions, each of as many sequences as it has choices.</summary>
    private sealed class ChoiceInputs(ChoiceInput[] inputs, DataSet<ChoiceExample> questions)
        : GroupedInputs(Array.ConvertAll(inputs, input => input.Choices))
    {
        public DataSet<ChoiceExample> Questions => questions;

        public override int LineOf(int example) => questions[example].Line;

        public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples)
        {
            int[] labels = new int[examples.Length], counts = new int[examples.Length];
            for (int i = 0; i < labels.Length; i++)
                (labels[i], counts[i]) = (inputs[examples[i]].Label, inputs[examples[i]].Choices.Length);
            return new ChoiceTargets(labels, counts);
        }
    }
}
