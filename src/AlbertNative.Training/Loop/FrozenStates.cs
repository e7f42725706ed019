using System.Runtime.CompilerServices;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Training;

/// <summary>
/// What comes out of an encoder that is not trained, and in which nothing is dropped, is the same in every epoch: each example's
/// states are computed once and kept, as far as there is room.
/// </summary>
/// <param name="model">The model whose encoder is frozen.</param>
internal sealed class FrozenStates(TrainableModel model)
{
    /// <summary>The most floats that are kept: 1 GB.</summary>
    private const long Room = 1L << 28;

    private readonly ConditionalWeakTable<PreparedExamples, float[]?[]> _states = [];
    private long _kept;

    /// <summary>A forward pass of which only the head is computed where all examples' states are known; else they are kept for the next.</summary>
    /// <returns>False, with nothing computed, for examples that change from epoch to epoch.</returns>
    public bool Forward(PreparedExamples source, ReadOnlySpan<int> examples, TokenBatch batch, DropoutMasks? masks, CancellationToken cancellationToken)
    {
        if (source.ChangesByEpoch)
            return false;
        float[]?[] known = _states.GetValue(source, all => new float[all.Count][]);
        bool all = true;
        foreach (int example in examples)
            all &= known[example] is not null;
        if (all)
        {
            model.ForwardHead(batch, Concatenate(known, examples), masks, cancellationToken);
            return true;
        }
        model.Forward(batch, [], masks, cancellationToken);
        Keep(known, source, examples, batch);
        return true;
    }

    private static float[] Concatenate(float[]?[] known, ReadOnlySpan<int> examples)
    {
        int length = 0, at = 0;
        foreach (int example in examples)
            length += known[example]!.Length;
        float[] states = new float[length];
        foreach (int example in examples)
        {
            known[example]!.CopyTo(states, at);
            at += known[example]!.Length;
        }
        return states;
    }

    /// <summary>Of a head on first tokens a row for each of an example's sequences, of one on all tokens a row for each token.</summary>
    private void Keep(float[]?[] known, PreparedExamples source, ReadOnlySpan<int> examples, TokenBatch batch)
    {
        Matrix states = model.EncoderStates;
        bool ofTokens = states.Rows == batch.TokenCount;
        int row = 0, sequence = 0;
        foreach (int example in examples)
        {
            int rows = 0;
            for (int tokens = source.TokensOf(example); tokens > 0; sequence++)
            {
                int length = batch.RowsOf(sequence).Length;
                tokens -= length;
                rows += ofTokens ? length : 1;
            }
            if (known[example] is null && _kept + ((long)rows * states.Columns) <= Room)
            {
                float[] kept = new float[rows * states.Columns];
                for (int i = 0; i < rows; i++)
                    states[row + i].CopyTo(kept.AsSpan(i * states.Columns, states.Columns));
                known[example] = kept;
                _kept += kept.Length;
            }
            row += rows;
        }
    }
}
