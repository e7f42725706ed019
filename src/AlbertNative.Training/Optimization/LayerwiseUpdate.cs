using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Training;

/// <summary>
/// LAMB's update (You et al., arXiv:1904.00962): Adam's direction u, decay included, is scaled for each tensor to the tensor's own
/// length, θ ← θ − η (‖θ‖ / ‖u‖) u, where neither norm is zero. The direction is what an update of AdamW with a learning rate of 1
/// would move by.
/// </summary>
internal sealed class LayerwiseUpdate
{
    private readonly ParameterChunk[] _chunks;
    private readonly int[] _tensorOf;
    private readonly double[] _squares, _stepSquares, _factors;
    private readonly ParameterBlock _before;

    /// <param name="chunks">What is trained.</param>
    /// <param name="tensorOf">The number of the tensor that each chunk is of, ascending.</param>
    /// <param name="length">The floats of the model's blocks.</param>
    public LayerwiseUpdate(ParameterChunk[] chunks, int[] tensorOf, int length)
    {
        _chunks = chunks;
        _tensorOf = tensorOf;
        (_squares, _stepSquares) = (new double[chunks.Length], new double[chunks.Length]);
        _factors = new double[tensorOf.Length == 0 ? 0 : tensorOf[^1] + 1];
        _before = new ParameterBlock(length);
    }

    /// <summary>One update of the calling team.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="groups">AdamW's scalars with a learning rate of 1.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="optimizer">Whose moments they are.</param>
    /// <param name="learningRate">η.</param>
    public void Run(TeamThread thread, AdamScalars[] groups, ParameterBlock parameters, ParameterBlock gradients, AdamW optimizer, double learningRate)
    {
        thread.ForEach(_chunks.Length, new CopyStep(this, parameters));
        OptimizerOps.Adam(thread, _chunks, groups, parameters, gradients, optimizer.FirstMoments, optimizer.SecondMoments);
        thread.ForEach(_chunks.Length, new NormStep(this, parameters));
        thread.ForEach(1, new FactorStep(this, learningRate));
        thread.ForEach(_chunks.Length, new ScaleStep(this, parameters));
    }

    private static Span<float> Of(ParameterBlock block, ParameterChunk chunk) => block.Values.Slice(chunk.Start, chunk.Length);

    private readonly struct CopyStep(LayerwiseUpdate update, ParameterBlock parameters) : ITeamStep
    {
        public void Execute(int tile, TeamThread thread) => Of(parameters, update._chunks[tile]).CopyTo(Of(update._before, update._chunks[tile]));
    }

    /// <summary>The squares of a chunk's parameters, and of their steps.</summary>
    private readonly struct NormStep(LayerwiseUpdate update, ParameterBlock parameters) : ITeamStep
    {
        public void Execute(int tile, TeamThread thread)
        {
            ReadOnlySpan<float> before = Of(update._before, update._chunks[tile]), after = Of(parameters, update._chunks[tile]);
            double squares = 0, steps = 0;
            for (int i = 0; i < before.Length; i++)
            {
                double step = (double)before[i] - after[i];
                squares += (double)before[i] * before[i];
                steps += step * step;
            }
            (update._squares[tile], update._stepSquares[tile]) = (squares, steps);
        }
    }

    /// <summary>What each tensor's step is multiplied with; its chunks are added up in their order.</summary>
    private readonly struct FactorStep(LayerwiseUpdate update, double learningRate) : ITeamStep
    {
        public void Execute(int tile, TeamThread thread)
        {
            for (int start = 0, end; start < update._chunks.Length; start = end)
            {
                int tensor = update._tensorOf[start];
                double squares = 0, steps = 0;
                for (end = start; end < update._chunks.Length && update._tensorOf[end] == tensor; end++)
                    (squares, steps) = (squares + update._squares[end], steps + update._stepSquares[end]);
                update._factors[tensor] = squares > 0 && steps > 0 ? learningRate * Math.Sqrt(squares / steps) : learningRate;
            }
        }
    }

    private readonly struct ScaleStep(LayerwiseUpdate update, ParameterBlock parameters) : ITeamStep
    {
        public void Execute(int tile, TeamThread thread)
        {
            double factor = update._factors[update._tensorOf[tile]];
            ReadOnlySpan<float> before = Of(update._before, update._chunks[tile]);
            Span<float> values = Of(parameters, update._chunks[tile]);
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(before[i] - (factor * ((double)before[i] - values[i])));
        }
    }
}
