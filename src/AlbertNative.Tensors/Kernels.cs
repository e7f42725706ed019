using System.Runtime.Intrinsics;
using AlbertNative.Tensors.Simd;

namespace AlbertNative.Tensors;

/// <summary>
/// The kernels at one vector width. <see cref="Best"/> is the widest that this processor accelerates;
/// the <c>DOTNET_EnableAVX512=0</c> and <c>DOTNET_EnableAVX2=0</c> switches of .NET choose narrower ones.
/// </summary>
internal abstract unsafe class Kernels
{
    /// <summary>The panel width of the widest vectors; rows of a <see cref="Matrix"/> are padded to it.</summary>
    public const int MaxPanelWidth = 32;

    /// <summary>
    /// The depth of one chain of multiply-adds. Longer products are sums of such chains, in ascending order: a fixed
    /// order gives the same bits for every shape and thread, and short chains keep the rounding error small.
    /// </summary>
    public const int DepthBlock = 192;

    /// <summary>
    /// The depth of one chain in a product with weights. Narrow models and heads of few outputs get shorter chains,
    /// which cost them next to nothing: a narrow model has few other roundings, and a head's sums are large, so that
    /// those of a long chain would be most of the error of either.
    /// </summary>
    public static int DepthBlockOf(int outputs, int inputs) =>
        inputs < 128 || outputs < 192 ? 16 : inputs < 2 * DepthBlock ? 64 : DepthBlock;

    /// <summary>The independent multiply-adds of <see cref="RunChains"/>.</summary>
    public const int ChainCount = 12;

    public static Kernels Best { get; } =
        Vector512.IsHardwareAccelerated ? new WidthKernels<Simd512, Vector512<float>>(TileOrders.Best)
        : Vector256.IsHardwareAccelerated ? new WidthKernels<Simd256, Vector256<float>>(TileOrders.Best)
        : new WidthKernels<Simd128, Vector128<float>>(TileOrders.Best);

    /// <summary>Bits in one vector.</summary>
    public abstract int VectorBits { get; }

    /// <summary>Columns in one panel of packed weights: two vectors.</summary>
    public abstract int PanelWidth { get; }

    /// <summary>Rows of the tallest product tile.</summary>
    public abstract int TileRows { get; }

    /// <summary>
    /// Rows [rows] by panels [panels] of x Wᵀ with its epilogue. <paramref name="nextPanel"/> is where the calling thread
    /// probably goes on, at or beyond the last panel where it does not: weights from there on are fetched before they are needed.
    /// </summary>
    public abstract void Linear(in LinearTask task, int firstRow, int rows, int firstPanel, int panels, int nextPanel);

    /// <summary>y = activation(y + bias) [+ residual]: the epilogue of <see cref="Linear"/> on its own.</summary>
    public abstract void Finish(in LinearTask task, int firstRow, int rows, int firstColumn, int columns);

    /// <summary>The 8-bit form of a row, a code in a byte or, if wide, in 16 bits.</summary>
    public abstract void Quantize(float* x, int columns, RowCode* row, bool wide);

    /// <summary>
    /// x ≈ scale · code, code from -limit to limit in 16 bits, zero behind the last column; returns the scale, NaN where a
    /// value is not finite.
    /// </summary>
    public abstract float RoundToWords(float* x, int columns, int limit, short* codes, int paddedColumns);

    /// <summary>A block of one head's queries against all keys of their sequence.</summary>
    public abstract void Attend(in AttentionTask task, float* scratch);

    /// <summary>The floats of scratch memory that <see cref="Attend"/> needs.</summary>
    public abstract int AttentionScratch(int keys, int headSize);

    /// <summary>(x - mean) / sqrt(variance + eps) * weight + bias over one row; in place is allowed.</summary>
    public abstract void LayerNorm(float* x, float* weight, float* bias, int length, float eps, float* y);

    /// <summary>Floating-point operations in one iteration of <see cref="RunChains"/>.</summary>
    public abstract int ChainOperations { get; }

    /// <summary>Multiply-adds in registers alone, to measure what the processor can do.</summary>
    public abstract float RunChains(int iterations);
}
