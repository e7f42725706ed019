namespace AlbertNative;

/// <summary>Sums over all sequences of labels, by the forward-backward algorithm, in the log domain and in double precision.</summary>
internal static class ChainSums
{
    /// <summary>α(t, y): the log of the summed scores of all beginnings that end at token t with label y.</summary>
    public static double[] Forward(ReadOnlySpan<double> emissions, TransitionScores scores)
    {
        int labels = scores.Count;
        double[] sums = new double[emissions.Length];
        double[] terms = new double[labels];
        for (int label = 0; label < labels; label++)
            sums[label] = scores.Start[label] + emissions[label];
        for (int row = labels; row < emissions.Length; row += labels)
        {
            for (int label = 0; label < labels; label++)
            {
                for (int from = 0; from < labels; from++)
                    terms[from] = sums[row - labels + from] + scores.Between[from * labels + label];
                sums[row + label] = LogSum(terms) + emissions[row + label];
            }
        }
        return sums;
    }

    /// <summary>β(t, y): the log of the summed scores of all that can follow label y at token t.</summary>
    public static double[] Backward(ReadOnlySpan<double> emissions, TransitionScores scores)
    {
        int labels = scores.Count;
        double[] sums = new double[emissions.Length];
        double[] terms = new double[labels];
        scores.End.CopyTo(sums, emissions.Length - labels);
        for (int row = emissions.Length - 2 * labels; row >= 0; row -= labels)
        {
            for (int label = 0; label < labels; label++)
            {
                for (int to = 0; to < labels; to++)
                    terms[to] = scores.Between[label * labels + to] + emissions[row + labels + to] + sums[row + labels + to];
                sums[row + label] = LogSum(terms);
            }
        }
        return sums;
    }

    /// <summary>ln Σ e^score over all sequences, of what <see cref="Forward"/> gave.</summary>
    public static double LogPartition(double[] forward, TransitionScores scores)
    {
        double[] terms = new double[scores.Count];
        for (int label = 0; label < terms.Length; label++)
            terms[label] = forward[forward.Length - terms.Length + label] + scores.End[label];
        return LogSum(terms);
    }

    private static double LogSum(double[] terms)
    {
        double largest = double.NegativeInfinity;
        foreach (double term in terms)
            largest = Math.Max(largest, term);
        if (double.IsNegativeInfinity(largest))
            return largest;
        double sum = 0;
        foreach (double term in terms)
            sum += Math.Exp(term - largest);
        return largest + Math.Log(sum);
    }
}
