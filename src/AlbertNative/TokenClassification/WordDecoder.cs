using AlbertNative.Evaluation;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative;

/// <summary>
/// Chooses the labels of a text's words together, by scores of transitions: a CRF's, those that a scheme of tags allows, or
/// both. A word's scores are those of its first token.
/// </summary>
internal sealed class WordDecoder
{
    private readonly TransitionScores _transitions;
    private readonly IReadOnlyList<string> _labels;

    private WordDecoder(TransitionScores transitions, IReadOnlyList<string> labels) => (_transitions, _labels) = (transitions, labels);

    /// <summary>The decoder of a model under a scheme; null where neither says anything about transitions.</summary>
    /// <exception cref="ArgumentException">A label does not follow the scheme.</exception>
    public static WordDecoder? Of(CrfTransitions? crf, IReadOnlyList<string> labels, TagScheme? scheme)
    {
        TransitionScores? allowed = scheme is TagScheme asked ? TransitionScores.Of(labels, asked) : null;
        if (crf is null)
            return allowed is null ? null : new(allowed, labels);
        TransitionScores learnt = new(Doubles(crf.Start), Doubles(crf.Between), Doubles(crf.End));
        return new(allowed is null ? learnt : new(Sum(learnt.Start, allowed.Start), Sum(learnt.Between, allowed.Between), Sum(learnt.End, allowed.End)), labels);
    }

    /// <summary>The label of each word, and its probability among all sequences that are possible.</summary>
    /// <param name="logits">[tokens, labels]</param>
    /// <param name="rows">The row of each word's first token.</param>
    public (int Label, float Score)[] Decode(Matrix logits, IReadOnlyList<int> rows) =>
        [.. DecodeAll(logits, rows).Select(word => (word.Label, word.Scores[word.Label]))];

    /// <summary>The label of each word in the best sequence, and the probabilities of all labels.</summary>
    /// <param name="logits">[tokens, labels]</param>
    /// <param name="rows">The row of each word's first token.</param>
    public (int Label, float[] Scores)[] DecodeAll(Matrix logits, IReadOnlyList<int> rows)
    {
        if (rows.Count == 0)
            return [];
        int labels = _labels.Count;
        double[] emissions = Emissions(logits, rows);
        int[] best = Viterbi.Decode(emissions, _transitions);
        double[] forward = ChainSums.Forward(emissions, _transitions), backward = ChainSums.Backward(emissions, _transitions);
        double partition = ChainSums.LogPartition(forward, _transitions);
        return [.. best.Select((label, word) => (label, Enumerable.Range(word * labels, labels)
            .Select(at => (float)Math.Exp(forward[at] + backward[at] - partition)).ToArray()))];
    }

    /// <summary>The tokens with the labels of their words: the first as decoded, the others going on with <c>I-X</c> where there is such a label.</summary>
    /// <param name="tokens">A text's tokens.</param>
    /// <param name="logits">[tokens, labels]</param>
    /// <param name="rows">The row of each token of the encoded text.</param>
    public List<TokenPrediction> Decode(IReadOnlyList<TokenPrediction> tokens, Matrix logits, int[] rows)
    {
        List<TokenPrediction>[] words = [.. EntityAggregation.Words(tokens)];
        (int Label, float Score)[] decoded = Decode(logits, [.. words.Select(word => rows[word[0].Index])]);
        List<TokenPrediction> labelled = [];
        for (int word = 0; word < words.Length; word++)
        {
            for (int token = 0; token < words[word].Count; token++)
            {
                float[] scores = new float[_labels.Count];
                scores[token == 0 ? decoded[word].Label : Continued(_labels, decoded[word].Label)] = decoded[word].Score;
                labelled.Add(words[word][token] with { Scores = scores });
            }
        }
        return labelled;
    }

    /// <summary>The scores of some rows as the chain takes them, row-major.</summary>
    public static double[] Emissions(Matrix logits, IReadOnlyList<int> rows)
    {
        int labels = logits.Columns;
        double[] emissions = new double[rows.Count * labels];
        for (int word = 0; word < rows.Count; word++)
        {
            for (int label = 0; label < labels; label++)
                emissions[word * labels + label] = logits[rows[word]][label];
        }
        return emissions;
    }

    /// <summary>The label of a word's further pieces: of <c>B-X</c> it is <c>I-X</c> where there is such a label, else the word's own.</summary>
    public static int Continued(IReadOnlyList<string> labels, int label)
    {
        if (!labels[label].StartsWith("B-", StringComparison.Ordinal))
            return label;
        string inside = string.Concat("I-", labels[label].AsSpan(2));
        for (int other = 0; other < labels.Count; other++)
        {
            if (labels[other] == inside)
                return other;
        }
        return label;
    }

    private static double[] Doubles(ReadOnlyMemory<float> values) => Array.ConvertAll(values.ToArray(), value => (double)value);

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
