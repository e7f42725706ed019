using AlbertNative.Model;

namespace AlbertNative;

/// <summary>For each row of a window the probability that the answer begins, and that it ends there.</summary>
/// <remarks>Only the context's tokens and <c>[CLS]</c>, which stands for "no answer", share the probability.</remarks>
internal sealed class WindowScores
{
    private readonly double[] _start;
    private readonly double[] _end;
    private readonly bool[] _context;

    private WindowScores(double[] start, double[] end, bool[] context)
    {
        _start = start;
        _end = end;
        _context = context;
        NoAnswer = start[0] * end[0];
        start[0] = end[0] = 0;
    }

    /// <summary>The probability that the window holds no answer.</summary>
    public double NoAnswer { get; }

    /// <summary>Scores a window.</summary>
    /// <param name="output">The logits of all windows of a batch.</param>
    /// <param name="firstRow">The window's first row there.</param>
    /// <param name="window">The window.</param>
    public static WindowScores Of(LogitsOutput output, int firstRow, TokenWindow window)
    {
        int length = window.InputIds.Length;
        bool[] context = new bool[length];
        context.AsSpan(window.ContentRow, window.ContentCount).Fill(true);
        bool[] candidate = [.. context];
        candidate[0] = true;

        return new(
            AnswerSpans.Normalize(Column(output, firstRow, length, QuestionAnsweringHead.Start), candidate),
            AnswerSpans.Normalize(Column(output, firstRow, length, QuestionAnsweringHead.End), candidate),
            context);
    }

    /// <summary>The best answers within the context.</summary>
    public List<AnswerSpan> Search(int count, int maxLength) => AnswerSpans.Search(_start, _end, _context, count, maxLength);

    private static float[] Column(LogitsOutput output, int firstRow, int length, int column)
    {
        float[] values = new float[length];
        for (int row = 0; row < length; row++)
            values[row] = output.Logits[firstRow + row][column];
        return values;
    }
}
