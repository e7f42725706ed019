namespace AlbertNative.Tensors.Simd;

/// <summary>The kernels, written once for every vector width.</summary>
internal sealed unsafe class WidthKernels<S, V>(TileOrder order) : Kernels
    where S : ISimd<V>
    where V : struct
{
    public override int VectorBits => S.Count * 32;

    public override int PanelWidth => 2 * S.Count;

    public override int TileRows => S.TileRows;

    public override void Linear(in LinearTask task, int firstRow, int rows, int firstPanel, int panels, int nextPanel) =>
        Product<S, V>.Linear(in task, firstRow, rows, firstPanel, panels, nextPanel, order);

    public override void Finish(in LinearTask task, int firstRow, int rows, int firstColumn, int columns) =>
        Product<S, V>.Finish(in task, firstRow, rows, firstColumn, columns);

    public override void Quantize(float* x, int columns, RowCode* row, bool wide) =>
        Quantization<S, V>.Quantize(x, columns, row, wide);

    public override float RoundToWords(float* x, int columns, int limit, short* codes, int paddedColumns) =>
        WordRounding<S, V>.RoundToLimit(x, columns, limit, codes, paddedColumns);

    public override void Attend(in AttentionTask task, float* scratch) => Attention<S, V>.Attend(in task, scratch);

    public override int AttentionScratch(int keys, int headSize) => Attention<S, V>.Scratch(keys, headSize);

    public override void LayerNorm(float* x, float* weight, float* bias, int length, float eps, float* y) =>
        Normalization<S, V>.LayerNorm(x, weight, bias, length, eps, y);

    public override int ChainOperations => MultiplyAddChains<S, V>.Operations;

    public override float RunChains(int iterations) => MultiplyAddChains<S, V>.Run(iterations);
}
