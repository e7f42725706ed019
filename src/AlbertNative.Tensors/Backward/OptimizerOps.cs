using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

/// <summary>A part of a <see cref="ParameterBlock"/>, small enough to be one tile of an optimizer's pass.</summary>
/// <param name="Start">Its first float.</param>
/// <param name="Length">Its floats.</param>
/// <param name="Group">The number of its group of hyper-parameters.</param>
public readonly record struct ParameterChunk(int Start, int Length, int Group)
{
    /// <summary>The floats of a chunk; the last of an array may be shorter.</summary>
    public const int Size = 16384;
}

/// <summary>The passes of an optimizer over all parameters, as steps of a team.</summary>
public static unsafe class OptimizerOps
{
    /// <summary>One AdamW update of all chunks.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="chunks">Which parameters move.</param>
    /// <param name="groups">The scalars of each group.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="first">The first moments.</param>
    /// <param name="second">The second moments.</param>
    public static void Adam(
        TeamThread thread, ReadOnlySpan<ParameterChunk> chunks, ReadOnlySpan<AdamScalars> groups, ParameterBlock parameters,
        ParameterBlock gradients, ParameterBlock first, ParameterBlock second) =>
        thread.ForEach(chunks.Length, new AdamStep(chunks, groups, parameters, gradients, first, second));

    /// <summary>The sum of each chunk's squares, in double; added up in ascending order they do not depend on threads.</summary>
    public static void SumsOfSquares(TeamThread thread, ReadOnlySpan<ParameterChunk> chunks, ParameterBlock values, Span<double> sums) =>
        thread.ForEach(chunks.Length, new SquareStep(chunks, values, sums));

    private readonly ref struct AdamStep(
        ReadOnlySpan<ParameterChunk> chunks, ReadOnlySpan<AdamScalars> groups, ParameterBlock parameters, ParameterBlock gradients,
        ParameterBlock first, ParameterBlock second) : ITeamStep
    {
        private readonly ReadOnlySpan<ParameterChunk> _chunks = chunks;
        private readonly ReadOnlySpan<AdamScalars> _groups = groups;

        public void Execute(int tile, TeamThread thread)
        {
            ParameterChunk chunk = _chunks[tile];
            GradientKernels.Best.Adam(
                parameters.Data + chunk.Start, gradients.Data + chunk.Start, first.Data + chunk.Start, second.Data + chunk.Start,
                chunk.Length, in _groups[chunk.Group]);
        }
    }

    private readonly ref struct SquareStep(ReadOnlySpan<ParameterChunk> chunks, ParameterBlock values, Span<double> sums) : ITeamStep
    {
        private readonly ReadOnlySpan<ParameterChunk> _chunks = chunks;
        private readonly Span<double> _sums = sums;

        public void Execute(int tile, TeamThread thread) =>
            _sums[tile] = GradientKernels.Best.SumOfSquares(values.Data + _chunks[tile].Start, _chunks[tile].Length);
    }
}
