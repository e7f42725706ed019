using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Training;

/// <summary>From the tokens' vectors of a text to one, and its gradient back; in double precision.</summary>
internal sealed class VectorPooling
{
    private readonly Pooling _pooling;

    /// <exception cref="NotSupportedException">The pooling is not one that is trained.</exception>
    public VectorPooling(Pooling pooling) => _pooling = pooling is Pooling.Mean or Pooling.Cls or Pooling.Max
        ? pooling
        : throw new NotSupportedException($"the pooling {pooling} is not trained, only mean, cls and max are");

    /// <summary>The vectors of all sequences of the model's batch.</summary>
    public IEnumerable<double[]> Pool(TrainableModel model)
    {
        for (int sequence = 0; sequence < model.Batch.SequenceCount; sequence++)
        {
            (int start, int length) = model.Batch.RowsOf(sequence);
            yield return Pool(model.Logits, start, length);
        }
    }

    /// <summary>Replaces the hidden states of the model's batch by their gradient.</summary>
    /// <param name="model">The model after its forward pass.</param>
    /// <param name="gradientOf">The gradient of each sequence's vector.</param>
    public void Apply(TrainableModel model, Func<int, double[]> gradientOf)
    {
        for (int sequence = 0; sequence < model.Batch.SequenceCount; sequence++)
        {
            (int start, int length) = model.Batch.RowsOf(sequence);
            Replace(model.Logits, start, length, gradientOf(sequence));
        }
        // The pooled output is no part of the vector.
        for (int row = 0; row < model.PairLogits.Rows; row++)
            model.PairLogits[row].Clear();
    }

    private double[] Pool(Matrix states, int start, int length)
    {
        double[] vector = new double[states.Columns];
        if (_pooling == Pooling.Max)
            Array.Fill(vector, double.NegativeInfinity);
        for (int row = start; row < (_pooling == Pooling.Cls ? start + 1 : start + length); row++)
        {
            ReadOnlySpan<float> state = states[row];
            for (int i = 0; i < vector.Length; i++)
                vector[i] = _pooling == Pooling.Max ? Math.Max(vector[i], state[i]) : vector[i] + state[i];
        }
        if (_pooling == Pooling.Mean)
        {
            for (int i = 0; i < vector.Length; i++)
                vector[i] /= length;
        }
        return vector;
    }

    private void Replace(Matrix states, int start, int length, double[] gradient)
    {
        int[] largest = _pooling == Pooling.Max ? Largest(states, start, length) : [];
        for (int row = start; row < start + length; row++)
        {
            Span<float> state = states[row];
            for (int i = 0; i < gradient.Length; i++)
            {
                state[i] = (float)(_pooling switch
                {
                    Pooling.Mean => gradient[i] / length,
                    Pooling.Max => largest[i] == row ? gradient[i] : 0,
                    _ => row == start ? gradient[i] : 0,
                });
            }
        }
    }

    /// <summary>The first row of each column's largest value.</summary>
    private static int[] Largest(Matrix states, int start, int length)
    {
        int[] largest = new int[states.Columns];
        Array.Fill(largest, start);
        for (int row = start + 1; row < start + length; row++)
        {
            for (int i = 0; i < largest.Length; i++)
            {
                if (states[row][i] > states[largest[i]][i])
                    largest[i] = row;
            }
        }
        return largest;
    }
}
