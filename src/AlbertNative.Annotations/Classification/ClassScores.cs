using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>Probabilities of labels, computed as Spark NLP does: in double precision, each rounded once.</summary>
internal static class ClassScores
{
    /// <summary>The probabilities of labels of which one holds. Where the plain exponentials overflow, Spark NLP gives NaN.</summary>
    public static float[] Softmax(ReadOnlySpan<float> logits, bool overflowing)
    {
        float largest = 0;
        if (!overflowing)
        {
            largest = float.NegativeInfinity;
            foreach (float logit in logits)
                largest = Math.Max(largest, logit);
        }
        double[] exponentials = new double[logits.Length];
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
            sum += exponentials[i] = Math.Exp(logits[i] - largest);
        return Array.ConvertAll(exponentials, value => (float)(value / sum));
    }

    /// <summary>The probabilities of labels that hold by themselves.</summary>
    public static float[] Sigmoid(ReadOnlySpan<float> logits)
    {
        float[] scores = new float[logits.Length];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = 1 / (float)(1 + Math.Exp(-logits[i]));
        return scores;
    }

    /// <summary>The first of the greatest.</summary>
    public static int Best(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
                best = i;
        }
        return best;
    }

    /// <summary>The mean of several, label by label.</summary>
    public static float[] Mean(IReadOnlyList<float[]> scores)
    {
        float[] mean = new float[scores[0].Length];
        foreach (float[] one in scores)
        {
            for (int i = 0; i < mean.Length; i++)
                mean[i] += one[i];
        }
        return Array.ConvertAll(mean, sum => sum / scores.Count);
    }

    /// <summary>Each label's score, and the number of the sentence.</summary>
    public static Dictionary<string, string?> MetadataOf(string sentence, IReadOnlyList<string> labels, ReadOnlySpan<float> scores)
    {
        Dictionary<string, string?> metadata = new() { ["sentence"] = sentence };
        for (int i = 0; i < labels.Count; i++)
            metadata[labels[i]] = JavaText.ToString(scores[i]);
        return metadata;
    }
}
