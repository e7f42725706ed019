using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// One number for each of the two means that a loss may be the sum of: of question answering start and end, of pre-training
/// masked words and sentence pairs; elsewhere the second is zero.
/// </summary>
public readonly record struct LossParts(double First, double Second)
{
    /// <summary>The sum.</summary>
    public double Total => First + Second;

    /// <summary>Each with each.</summary>
    public static LossParts operator +(LossParts a, LossParts b) => Add(a, b);

    /// <summary>Each with each.</summary>
    public static LossParts Add(LossParts left, LossParts right) => new(left.First + right.First, left.Second + right.Second);
}

/// <summary>
/// What a batch's scores should have been. The loss of an update is the mean over all labelled items of all of its batches,
/// however it is divided: the <see cref="Weight"/> of all batches is added up first, and then each batch's loss and
/// gradient are divided by the sum.
/// </summary>
public abstract class TrainingTargets
{
    /// <summary>What the batch counts: its labelled items, or the sum of their weights.</summary>
    public abstract LossParts Weight { get; }

    /// <summary>The batch's part of the loss; the model's scores are replaced by their gradient.</summary>
    /// <param name="model">The model after its forward pass.</param>
    /// <param name="total">The weight of the whole update.</param>
    /// <exception cref="ArgumentException">The targets are not of the model's scores' shape, or name a class that there is not.</exception>
    public abstract LossParts Apply(TrainableModel model, LossParts total);

    private protected static double Over(double total) => total > 0 ? 1 / total : 0;

    private protected static void Require(bool matches, string message)
    {
        if (!matches)
            throw new ArgumentException(message);
    }
}

/// <summary>
/// One class for each row of the scores, -100 for none: softmax cross entropy with optional weights of classes (torch's
/// <c>weight</c>) or label smoothing (Hugging Face's LabelSmoother), not both.
/// </summary>
public sealed class ClassTargets : TrainingTargets
{
    /// <summary>The label of a row that has none.</summary>
    public const int Ignored = -100;

    private readonly int[] _labels;
    private readonly float[]? _classWeights;
    private readonly double _smoothing;

    /// <summary>Labels of the rows.</summary>
    /// <exception cref="ArgumentException">Smoothing is not between 0 and 1, or comes with weights.</exception>
    public ClassTargets(int[] labels, float[]? classWeights = null, double smoothing = 0)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Require(smoothing is >= 0 and < 1, $"label smoothing is {smoothing}, expected from 0, below 1");
        Require(smoothing == 0 || classWeights is null, "label smoothing and class weights cannot be combined");
        _labels = labels;
        _classWeights = classWeights;
        _smoothing = smoothing;
        double weight = 0;
        foreach (int label in labels)
            weight += WeightOf(label);
        Weight = new LossParts(weight, 0);
    }

    /// <inheritdoc/>
    public override LossParts Weight { get; }

    /// <inheritdoc/>
    public override LossParts Apply(TrainableModel model, LossParts total)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new LossParts(Apply(model, model.Logits, Over(total.First)), 0);
    }

    internal double Apply(TrainableModel model, Matrix logits, double factor)
    {
        Require(_labels.Length == logits.Rows, $"{_labels.Length} labels for {logits.Rows} rows of scores");
        Require(_classWeights is null || _classWeights.Length == logits.Columns, $"{_classWeights?.Length} class weights for {logits.Columns} classes");
        double[] factors = new double[_labels.Length], losses = new double[_labels.Length];
        for (int row = 0; row < _labels.Length; row++)
        {
            if (_labels[row] >= logits.Columns || (_labels[row] < 0 && _labels[row] != Ignored))
                throw new ArgumentException($"row {row} has the label {_labels[row]}, expected one of {logits.Columns} or {Ignored}");
            factors[row] = factor * WeightOf(_labels[row]);
        }
        model.Run(new Program(logits, _labels, factors, _smoothing, losses));
        double loss = 0;
        for (int row = 0; row < losses.Length; row++)
            loss += factors[row] * losses[row];
        return loss;
    }

    private double WeightOf(int label) => label < 0 ? 0 : _classWeights is { } weights && label < weights.Length ? weights[label] : 1;

    private sealed class Program(Matrix logits, int[] labels, double[] factors, double smoothing, double[] losses) : TeamProgram
    {
        protected override void Run(TeamThread thread) =>
            GradientOps.CrossEntropy(thread, logits, labels, factors, smoothing, losses);
    }
}

/// <summary>Numbers for each row and column of the scores: mean squared error, or of several labels at once binary cross entropy.</summary>
/// <param name="values">[rows · columns]; NaN for what is not labelled.</param>
/// <param name="binary">Whether values are labels, 0 or 1, of scores that are logits.</param>
public sealed class ValueTargets(float[] values, bool binary) : TrainingTargets
{
    /// <inheritdoc/>
    public override LossParts Weight { get; } = new(values.Count(value => !float.IsNaN(value)), 0);

    /// <inheritdoc/>
    public override LossParts Apply(TrainableModel model, LossParts total)
    {
        ArgumentNullException.ThrowIfNull(model);
        Matrix logits = model.Logits;
        Require(values.Length == logits.Rows * logits.Columns, $"{values.Length} values for scores of [{logits.Rows}, {logits.Columns}]");
        double factor = Over(total.First), loss = 0;
        for (int row = 0; row < logits.Rows; row++)
        {
            Span<float> scores = logits[row];
            for (int column = 0; column < scores.Length; column++)
            {
                double y = values[(row * scores.Length) + column], z = scores[column];
                if (double.IsNaN(y))
                {
                    scores[column] = 0;
                    continue;
                }
                loss += binary ? Math.Max(z, 0) - (z * y) + Math.Log(1 + Math.Exp(-Math.Abs(z))) : (z - y) * (z - y);
                scores[column] = (float)(factor * (binary ? (1 / (1 + Math.Exp(-z))) - y : 2 * (z - y)));
            }
        }
        return new LossParts(factor * loss, 0);
    }
}

/// <summary>
/// The first and last token of each sequence's answer: half of each cross entropy over the sequence's own tokens. As in
/// transformers a position behind the sequence is ignored, and a negative one is its first token.
/// </summary>
/// <param name="starts">The token within its sequence that begins the answer.</param>
/// <param name="ends">The one that ends it.</param>
/// <param name="lengths">The tokens of each sequence.</param>
public sealed class AnswerTargets(int[] starts, int[] ends, int[] lengths) : TrainingTargets
{
    /// <inheritdoc/>
    public override LossParts Weight { get; } = new(
        starts.Where((position, i) => position < lengths[i]).Count(), ends.Where((position, i) => position < lengths[i]).Count());

    /// <inheritdoc/>
    public override LossParts Apply(TrainableModel model, LossParts total)
    {
        ArgumentNullException.ThrowIfNull(model);
        Require(starts.Length == model.Batch.SequenceCount && model.Logits.Rows == model.Batch.TokenCount,
            $"{starts.Length} answers for {model.Batch.SequenceCount} sequences");
        double first = 0, second = 0;
        for (int sequence = 0; sequence < starts.Length; sequence++)
        {
            first += Apply(model, sequence, starts[sequence], 0, Over(total.First) / 2);
            second += Apply(model, sequence, ends[sequence], 1, Over(total.Second) / 2);
        }
        return new LossParts(first, second);
    }

    private static double Apply(TrainableModel model, int sequence, int position, int column, double factor)
    {
        (int start, int length) = model.Batch.RowsOf(sequence);
        return GroupedSoftmax.Apply(model.Logits, start, length, column, position >= length ? -1 : Math.Max(position, 0), factor);
    }
}

/// <summary>The right one of each question's choices, which follow each other as sequences: cross entropy over a question's choices.</summary>
/// <param name="labels">For each question its choice, or -100 for none.</param>
/// <param name="counts">For each question the number of its choices.</param>
public sealed class ChoiceTargets(int[] labels, int[] counts) : TrainingTargets
{
    /// <inheritdoc/>
    public override LossParts Weight { get; } = new(labels.Count(label => label >= 0), 0);

    /// <inheritdoc/>
    public override LossParts Apply(TrainableModel model, LossParts total)
    {
        ArgumentNullException.ThrowIfNull(model);
        Require(counts.Sum() == model.Logits.Rows, $"{counts.Sum()} choices for {model.Logits.Rows} sequences");
        double loss = 0;
        int start = 0;
        for (int question = 0; question < labels.Length; start += counts[question++])
        {
            if (labels[question] >= counts[question])
                throw new ArgumentException($"question {question} has {counts[question]} choices and the label {labels[question]}");
            loss += GroupedSoftmax.Apply(model.Logits, start, counts[question], 0, Math.Max(labels[question], -1), Over(total.First));
        }
        return new LossParts(loss, 0);
    }
}

/// <summary>Masked words, and the judgement of two sentences: the sum of the two means.</summary>
/// <param name="words">The words of the rows that were asked for.</param>
/// <param name="pairs">A label for each sequence.</param>
public sealed class PreTrainingTargets(ClassTargets words, ClassTargets pairs) : TrainingTargets
{
    /// <inheritdoc/>
    public override LossParts Weight { get; } = new(words.Weight.First, pairs.Weight.First);

    /// <inheritdoc/>
    public override LossParts Apply(TrainableModel model, LossParts total)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new LossParts(
            words.Apply(model, model.Logits, Over(total.First)), pairs.Apply(model, model.PairLogits, Over(total.Second)));
    }
}

/// <summary>Cross entropy over some rows of one column, in double: rows are a text's tokens, or a question's choices.</summary>
internal static class GroupedSoftmax
{
    /// <summary>The loss times its factor; the scores are replaced by their gradient. A label below zero is none.</summary>
    public static double Apply(Matrix logits, int start, int count, int column, int label, double factor)
    {
        double largest = double.NegativeInfinity, sum = 0;
        for (int row = start; row < start + count; row++)
            largest = Math.Max(largest, logits[row][column]);
        for (int row = start; row < start + count; row++)
            sum += Math.Exp(logits[row][column] - largest);
        double loss = label < 0 ? 0 : factor * (Math.Log(sum) + largest - logits[start + label][column]), others = 0;
        for (int row = start; row < start + count; row++)
        {
            ref float score = ref logits[row][column];
            score = label < 0 || row - start == label ? 0 : (float)(factor * Math.Exp(score - largest) / sum);
            others += score;
        }
        if (label >= 0)
        {
            logits[start + label][column] = (float)-others;
            Balance(logits, start, count, column, others + logits[start + label][column]);
        }
        return loss;
    }

    /// <summary>
    /// The gradients' sum is that of a bias, and zero. What rounding left of it goes to the smallest, whose last bit is
    /// smaller than all others': the sum of the floats is then zero to the bit.
    /// </summary>
    private static void Balance(Matrix logits, int start, int count, int column, double left)
    {
        int smallest = start;
        for (int row = start; row < start + count; row++)
        {
            float size = Math.Abs(logits[row][column]), least = Math.Abs(logits[smallest][column]);
            if (size > 0 && (size < least || least == 0))
                smallest = row;
        }
        logits[smallest][column] = (float)(logits[smallest][column] - left);
    }
}
