using System.Runtime.Intrinsics;
using AlbertNative.Tensors.Simd;

namespace AlbertNative.Tensors;

/// <summary>The kernels of the backward pass and of the optimizers at one vector width, chosen as <see cref="Kernels.Best"/> is.</summary>
internal abstract unsafe class GradientKernels
{
    public static GradientKernels Best { get; } =
        Vector512.IsHardwareAccelerated ? new GradientKernels<Simd512, Vector512<float>>()
        : Vector256.IsHardwareAccelerated ? new GradientKernels<Simd256, Vector256<float>>()
        : new GradientKernels<Simd128, Vector128<float>>();

    /// <inheritdoc cref="TransposedProduct{S, V}.Add"/>
    public abstract void AddTransposedProduct(
        float* a, nint aStride, float* b, nint bStride, int depth, int block, float* g, nint gStride, int rows, int columns);

    /// <summary>sums += Σ x over the rows.</summary>
    public abstract void AddColumnSums(float* x, nint stride, int rows, int columns, float* sums);

    /// <summary>weight += Σ dy ⊙ x̂ and bias += Σ dy over the rows.</summary>
    public abstract void AddNormSums(
        float* dy, nint dyStride, float* x, nint xStride, RowMoments* moments, int rows, int columns, float* weight, float* bias);

    /// <summary>A row's mean and scale.</summary>
    public abstract RowMoments Moments(float* x, int length, float epsilon);

    /// <inheritdoc cref="NormalizationGradient{S, V}.Row"/>
    public abstract void LayerNormGradient(float* dy, float* x, float* weight, int length, in RowMoments moments, float* dx);

    /// <summary>y = activation(u) over one row; rows are writable to the end of their last vector.</summary>
    public abstract void Activate(Activation activation, float* u, int length, float* y);

    /// <summary>d *= activation'(u) over one row; rows are writable to the end of their last vector.</summary>
    public abstract void MultiplyByDerivative(Activation activation, float* u, int length, float* d);

    /// <inheritdoc cref="AttentionDropout{S, V}.Attend"/>
    public abstract void Attend(in AttentionGradientTask task, float* scratch);

    /// <summary>The floats of scratch memory that <see cref="Attend"/> and <see cref="AttentionGradient"/> need.</summary>
    public abstract int AttentionScratch(int keys, int headSize);

    /// <inheritdoc cref="AttentionGradient{S, V}.Compute"/>
    public abstract void AttentionGradient(in AttentionGradientTask task, float* scratch);

    /// <inheritdoc cref="CrossEntropy{S, V}.Row"/>
    public abstract double CrossEntropy(float* z, int classes, int label, double smoothing, double factor);

    /// <inheritdoc cref="Adam{S, V}.Update"/>
    public abstract void Adam(float* parameter, float* gradient, float* m, float* v, int count, in AdamScalars scalars);

    /// <inheritdoc cref="Adam{S, V}.SumOfSquares"/>
    public abstract double SumOfSquares(float* x, int count);
}
