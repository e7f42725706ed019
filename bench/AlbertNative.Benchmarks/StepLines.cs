using System.Diagnostics;
using System.Runtime.Intrinsics;
using AlbertNative.Cli;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Simd;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Benchmarks;

/// <summary>
/// Where the time of a layer of albert-base-v2's shape goes: its steps in turn, as a model runs them, each as a share of the
/// processor's peak, and what the product's tile reaches of it when all of its operands are in the first-level cache.
/// </summary>
internal static class StepLines
{
    private const int Hidden = 768, Intermediate = 3072, Heads = 12;
    private const int WarmUp = 10, Rounds = 100;

    private static readonly string[] Names = ["query, key, value", "attention", "output, norm", "feed-forward", "feed-forward output, norm", "layer"];

    /// <param name="shapes">What is timed.</param>
    /// <param name="threads">The threads of the layer.</param>
    /// <param name="writer">Takes the lines.</param>
    public static void Write(BenchShape[] shapes, int threads, TextWriter writer)
    {
        (double median, double best) = Vector512.IsHardwareAccelerated ? TileRate<Simd512, Vector512<float>>()
            : Vector256.IsHardwareAccelerated ? TileRate<Simd256, Vector256<float>>() : TileRate<Simd128, Vector128<float>>();
        writer.WriteLine(FormattableString.Invariant(
            $"the tile in the first-level cache, one thread: {median:F0} GFLOP/s, at best {best:F0}, of {MachinePeak.MultiplyAdd(1):F0} in registers"));
        using ThreadTeam team = new(threads);
        foreach (WeightPrecision precision in (WeightPrecision[])[WeightPrecision.Float32, WeightPrecision.Int8])
        {
            double peak = precision == WeightPrecision.Float32 ? MachinePeak.MultiplyAdd(threads) : MachinePeak.Int8MultiplyAdd(threads);
            writer.WriteLine(FormattableString.Invariant($"{precision}, {threads} threads, peak {peak:F0} G/s"));
            Layer layer = new(precision);
            foreach (BenchShape shape in shapes)
            {
                (double Microseconds, double Operations)[] steps = layer.Time(team, shape);
                IEnumerable<string> columns = steps.Select((step, i) => FormattableString.Invariant(
                    $"{Names[i]} {step.Microseconds:F0} us {step.Operations / step.Microseconds / 10 / peak:F0} %"));
                writer.WriteLine($"{shape.Texts}x{shape.Longest}: {string.Join("; ", columns)}");
            }
        }
    }

    /// <summary>Twelve rows by one panel, one depth block, again and again: GFLOP/s in the median and at best.</summary>
    private static unsafe (double Median, double Best) TileRate<S, V>()
        where S : ISimd<V>
        where V : struct
    {
        const int Rows = 12, Depth = Kernels.DepthBlock, Tiles = 2000;
        int width = 2 * S.Count, stride = Depth + PinnedFloats.LineFloats;
        PinnedFloats memory = new((width * Depth) + (Rows * (stride + width)));
        new Span<float>(memory.Data, memory.Length).Clear();
        float* panel = memory.Data, rows = panel + (width * Depth), sums = rows + (Rows * stride);
        FarStream nothing = FarStream.None(panel);
        Timings ms = Timings.Measure(Rounds, RunTiles, CancellationToken.None);
        GC.KeepAlive(memory);
        const double Operations = 2.0 * Tiles * Rows * Depth;
        return (Operations * width / ms.MedianMs / 1e6, Operations * width / ms.MinMs / 1e6);

        void RunTiles()
        {
            for (int i = 0; i < Tiles; i++)
            {
                for (int row = 0; row < Rows; row += ProductTile<S, V>.HeightFor(Rows - row))
                    ProductTile<S, V>.Run(Rows - row, rows + (row * stride), stride, panel, Depth, sums + (row * width), width, true, 0, in nothing);
            }
        }
    }

    /// <summary>A layer's weights.</summary>
    private sealed class Layer(WeightPrecision precision)
    {
        private readonly LinearWeights _queryKeyValue = Matrices.Weights(3 * Hidden, Hidden, precision);
        private readonly LinearWeights _output = Matrices.Weights(
            Hidden, Hidden, precision == WeightPrecision.Int8 ? WeightPrecision.Int16 : precision);
        private readonly LinearWeights _ffn = Matrices.Weights(Intermediate, Hidden, precision);
        private readonly LinearWeights _ffnOutput = Matrices.Weights(Hidden, Intermediate, precision);
        private readonly LayerNormWeights _norm = new(Matrices.Floats(Hidden, 1), Matrices.Floats(Hidden, 2), 1e-12f);

        /// <summary>The medians of all rounds, and the floating-point or whole-number operations of each step.</summary>
        public (double Microseconds, double Operations)[] Time(ThreadTeam team, BenchShape shape)
        {
            int texts = shape.Texts, tokens = shape.Longest, rows = texts * tokens;
            Matrix x = Matrices.Random(rows, Hidden, 3), queryKeyValue = Matrices.Empty(rows, 3 * Hidden);
            Matrix context = Matrices.Empty(rows, Hidden), attended = Matrices.Empty(rows, Hidden), intermediate = Matrices.Empty(rows, Intermediate);
            AttentionSpan[] spans = [.. Enumerable.Range(0, texts).Select(i => new AttentionSpan(i * tokens, tokens, i * tokens, tokens))];
            double[][] times = [.. Names.Select(_ => new double[WarmUp + Rounds])];
            team.Run(new StepProgram(thread =>
            {
                long[] at = new long[Names.Length];
                for (int round = 0; round < WarmUp + Rounds; round++)
                {
                    at[0] = Stopwatch.GetTimestamp();
                    TensorOps.Linear(thread, x, _queryKeyValue, queryKeyValue);
                    at[1] = Stopwatch.GetTimestamp();
                    TensorOps.Attention(thread, queryKeyValue, queryKeyValue, spans, Heads, context, precision);
                    at[2] = Stopwatch.GetTimestamp();
                    TensorOps.LinearAddNorm(thread, context, _output, x, _norm, attended);
                    at[3] = Stopwatch.GetTimestamp();
                    TensorOps.LinearActivation(thread, attended, _ffn, Activation.GeluTanh, intermediate);
                    at[4] = Stopwatch.GetTimestamp();
                    TensorOps.LinearAddNorm(thread, intermediate, _ffnOutput, attended, _norm, x);
                    at[5] = Stopwatch.GetTimestamp();
                    if (thread.Index > 0)
                        continue;
                    for (int step = 0; step < 5; step++)
                        times[step][round] = Stopwatch.GetElapsedTime(at[step], at[step + 1]).TotalMicroseconds;
                    times[5][round] = Stopwatch.GetElapsedTime(at[0], at[5]).TotalMicroseconds;
                }
            }));
            double product = 2.0 * rows * Hidden, attention = 4.0 * texts * tokens * tokens * Hidden;
            double[] operations = [product * 3 * Hidden, attention, product * Hidden, product * Intermediate, product * Intermediate, 0];
            operations[5] = operations.Sum();
            return [.. times.Select((all, i) => (Statistics.Median(all[WarmUp..]), operations[i]))];
        }
    }
}
