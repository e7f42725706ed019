using System.Collections.Immutable;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Cli;

/// <summary>One output of a <see cref="RectangularBatch"/> under Hugging Face's name: zero where the mask is 0.</summary>
/// <param name="name">The name.</param>
/// <param name="shape">The dimensions.</param>
/// <param name="width">Floats for each sequence or, where there is a value for each column, for each column.</param>
internal sealed class RectangularOutput(string name, ImmutableArray<long> shape, int width)
{
    public string Name { get; } = name;

    public ImmutableArray<long> Shape { get; } = shape;

    public float[] Values { get; } = Allocate(name, shape);

    /// <summary>Puts a value for each token in its sequence and column.</summary>
    /// <param name="source">[tokens, at least <paramref name="firstColumn"/> + width]</param>
    /// <param name="firstColumn">Where in a row of <paramref name="source"/> the values begin.</param>
    /// <param name="batch">Tells each token's place.</param>
    /// <param name="firstSequence">The sequence of the whole output with which <paramref name="batch"/> begins.</param>
    /// <param name="columns">The number of columns of the whole output.</param>
    public void PlaceTokens(Matrix source, int firstColumn, TokenBatch batch, int firstSequence, int columns)
    {
        for (int sequence = 0; sequence < batch.SequenceCount; sequence++)
        {
            (int start, int length) = batch.RowsOf(sequence);
            for (int row = start; row < start + length; row++)
            {
                long at = ((long)(firstSequence + sequence) * columns) + batch.Positions[row];
                source[row].Slice(firstColumn, width).CopyTo(Values.AsSpan((int)(at * width), width));
            }
        }
    }

    /// <summary>Puts a value for each sequence in its place.</summary>
    public void PlaceSequences(Matrix source, int firstSequence)
    {
        for (int sequence = 0; sequence < source.Rows; sequence++)
            source[sequence].CopyTo(Values.AsSpan((firstSequence + sequence) * width, width));
    }

    private static float[] Allocate(string name, ImmutableArray<long> shape)
    {
        long count = shape.Aggregate(1L, (product, dimension) => checked(product * dimension));
        return count <= Array.MaxLength
            ? new float[count]
            : throw new ArgumentException(
                $"{name} would be [{string.Join(", ", shape)}], more than an array can hold: run fewer sequences at a time");
    }
}
