namespace AlbertNative.Tensors.Simd;

/// <summary>The 16-bit product and attention with one set of instructions.</summary>
internal sealed unsafe class Int16Product<S, F, O, V> : Int16Kernels
    where S : ISimd<F>
    where F : struct
    where O : IIntegerOps<V>
    where V : struct
{
    public override int PanelWidth => 2 * O.Count;

    public override int Group => O.Group;

    public override int WeightBytes => O.WeightBytes;

    public override int TileRows => O.TileRows;

    public override void Linear(in LinearTask task, int firstRow, int rows, int firstPanel, int panels) =>
        IntegerProduct<S, F, O, V>.Linear(in task, firstRow, rows, firstPanel, panels);

    public override int ChainOperations => IntegerChains<O, V>.Operations;

    public override float RunChains(int iterations) => IntegerChains<O, V>.Run(iterations);

    public override void Tile(int rows, byte* codes, nint stride, byte* panel, nint steps, int* sums, nint sumStride) =>
        IntegerProduct<S, F, O, V>.Tiles(rows, codes, stride, panel, steps, sums, sumStride);

    public override void Attend(in AttentionTask task, float* scratch) => IntegerAttention<S, F, O, V>.Attend(in task, scratch);

    public override int AttentionScratch(int keys, int headSize) => IntegerAttention<S, F, O, V>.Scratch(keys, headSize);
}
