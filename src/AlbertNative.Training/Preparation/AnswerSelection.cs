using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>A stretch of the context, and the sum of its two logits.</summary>
internal readonly record struct AnswerCandidate(TextSpan Span, double Score);

/// <summary>
/// The choice of an answer from the logits of a question's windows by the rule of Hugging Face's <c>run_qa</c>, which is
/// not the pipeline's: logits are added, not probabilities multiplied, and no answer stands for the least sure window.
/// </summary>
internal sealed class AnswerSelection
{
    /// <summary>How many starts, ends and candidates are looked at: <c>n_best_size</c>.</summary>
    private const int Best = 20;

    private readonly string _context;

    private AnswerSelection(string context, IReadOnlyList<AnswerCandidate> candidates, double noAnswerScore) =>
        (_context, Candidates, NoAnswerScore) = (context, candidates, noAnswerScore);

    /// <summary>The best 20 stretches of the context, best first.</summary>
    public IReadOnlyList<AnswerCandidate> Candidates { get; }

    /// <summary>The least sum of the logits of <c>[CLS]</c> over the windows.</summary>
    public double NoAnswerScore { get; }

    /// <summary>The best stretch that is not empty; empty where there is none.</summary>
    public string Answer => TextOf(BestCandidate);

    /// <summary>How much more "no answer" scores than the best stretch: what SQuAD 2.0's threshold is compared with.</summary>
    public double NoAnswerMargin => BestCandidate is { } best ? NoAnswerScore - best.Score : double.PositiveInfinity;

    private AnswerCandidate? BestCandidate
    {
        get
        {
            foreach (AnswerCandidate candidate in Candidates)
            {
                if (candidate.Span.Length > 0)
                    return candidate;
            }
            return null;
        }
    }

    /// <summary>The best answer, or nothing where "no answer" scores more than it by above <paramref name="threshold"/>.</summary>
    public string AnswerOrNothing(double threshold = 0) => NoAnswerMargin > threshold ? "" : Answer;

    /// <summary>Looks through the windows of a question.</summary>
    /// <param name="context">The context.</param>
    /// <param name="windows">The question's windows.</param>
    /// <param name="logits">For each window the logit of each token to be the answer's first, and its last.</param>
    /// <param name="maxAnswerLength">The most tokens of an answer.</param>
    public static AnswerSelection Of(
        string context, IReadOnlyList<QuestionWindow> windows, IReadOnlyList<(double[] Start, double[] End)> logits, int maxAnswerLength = 30)
    {
        List<AnswerCandidate> candidates = [];
        double noAnswer = double.PositiveInfinity;
        for (int i = 0; i < windows.Count; i++)
        {
            (double[] start, double[] end) = logits[i];
            noAnswer = Math.Min(noAnswer, start[0] + end[0]);
            AddCandidates(windows[i].Spans, start, end, maxAnswerLength, candidates);
        }
        return new(context, [.. candidates.OrderByDescending(candidate => candidate.Score).Take(Best)], noAnswer);
    }

    /// <summary>The logits of a window, from a model's scores.</summary>
    /// <param name="scores">[tokens, 2]</param>
    /// <param name="firstRow">The row of the window's first token.</param>
    /// <param name="length">The window's tokens.</param>
    public static (double[] Start, double[] End) LogitsOf(Matrix scores, int firstRow, int length)
    {
        double[] start = new double[length], end = new double[length];
        for (int token = 0; token < length; token++)
        {
            ReadOnlySpan<float> logits = scores[firstRow + token];
            (start[token], end[token]) = (logits[QuestionAnsweringHead.Start], logits[QuestionAnsweringHead.End]);
        }
        return (start, end);
    }

    private static void AddCandidates(
        TextSpan?[] spans, double[] start, double[] end, int maxAnswerLength, List<AnswerCandidate> candidates)
    {
        int[] ends = Largest(end);
        foreach (int first in Largest(start))
        {
            foreach (int last in ends)
            {
                if (last >= first && last - first < maxAnswerLength && spans[first] is { } begin && spans[last] is { } stop)
                    candidates.Add(new(new(begin.Start, Math.Max(begin.Start, stop.End)), start[first] + end[last]));
            }
        }
    }

    private static int[] Largest(double[] logits) =>
        [.. Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i]).ThenByDescending(i => i).Take(Best)];

    private string TextOf(AnswerCandidate? candidate) =>
        candidate is { } found ? _context[found.Span.Start..found.Span.End] : "";
}
