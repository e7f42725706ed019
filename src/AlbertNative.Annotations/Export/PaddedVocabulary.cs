using System.Collections.Immutable;
using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>
/// A model's weights with rows of zeros behind its word embeddings, up to a number of words, and without what a head for words has
/// of as many rows.
/// </summary>
internal sealed class PaddedVocabulary : WeightSource
{
    private const string WordEmbeddings = "word_embeddings.weight";

    public PaddedVocabulary(WeightSource weights, int words, int padded)
    {
        Name = weights.Name;
        Tensors =
        [
            .. weights.Tensors.Where(tensor => IsWordEmbeddings(tensor) || tensor.Shape[0] != words)
                .Select(tensor => IsWordEmbeddings(tensor) && padded > words ? new PaddedTensor(tensor, padded) : tensor),
        ];
    }

    public override string Name { get; }

    public override IReadOnlyList<WeightTensor> Tensors { get; }

    private static bool IsWordEmbeddings(WeightTensor tensor) => tensor.Name.EndsWith(WordEmbeddings, StringComparison.Ordinal);

    private sealed class PaddedTensor(WeightTensor tensor, int rows)
        : WeightTensor(tensor.Name, tensor.Type, ImmutableArray.Create(rows, tensor.Shape[1]))
    {
        public override void CopyTo(long start, Span<float> destination)
        {
            int stored = (int)Math.Clamp(tensor.ElementCount - start, 0, destination.Length);
            if (stored > 0)
                tensor.CopyTo(start, destination[..stored]);
            destination[stored..].Clear();
        }
    }
}
