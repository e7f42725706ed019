using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>From labels of words to labels of pieces, as Hugging Face's <c>run_ner</c> does it.</summary>
internal sealed class LabelAlignment
{
    private readonly PieceLabels _rule;
    private readonly int[] _continued;

    /// <param name="labels">The labels in order.</param>
    /// <param name="rule">Which pieces carry a word's label.</param>
    public LabelAlignment(IReadOnlyList<string> labels, PieceLabels rule)
    {
        _rule = rule;
        _continued = [.. Enumerable.Range(0, labels.Count).Select(label => WordDecoder.Continued(labels, label))];
    }

    /// <summary>
    /// The label of each token. Special tokens have none; a word that became no piece, or was cut off, loses its own.
    /// </summary>
    /// <param name="encoding">The words, encoded.</param>
    /// <param name="wordLabels">The label of each word.</param>
    public int[] Align(Encoding encoding, IReadOnlyList<int> wordLabels)
    {
        int[] labels = new int[encoding.Count];
        int previous = -1;
        for (int token = 0; token < labels.Length; token++)
        {
            int word = encoding.WordIndices[token];
            labels[token] = word < 0 ? ClassTargets.Ignored
                : word != previous ? wordLabels[word]
                : _rule == PieceLabels.All ? _continued[wordLabels[word]]
                : ClassTargets.Ignored;
            previous = word;
        }
        return labels;
    }
}
