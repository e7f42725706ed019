using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>The kernels of the backward pass, written once for every vector width.</summary>
internal sealed unsafe class GradientKernels<S, V> : GradientKernels
    where S : ISimd<V>
    where V : struct
{
    public override void AddTransposedProduct(
        float* a, nint aStride, float* b, nint bStride, int depth, int block, float* g, nint gStride, int rows, int columns) =>
        TransposedProduct<S, V>.Add(a, aStride, b, bStride, depth, block, g, gStride, rows, columns);

    public override void AddColumnSums(float* x, nint stride, int rows, int columns, float* sums) =>
        ColumnSums<S, V>.Add(x, stride, rows, columns, sums);

    public override void AddNormSums(
        float* dy, nint dyStride, float* x, nint xStride, RowMoments* moments, int rows, int columns, float* weight, float* bias) =>
        ColumnSums<S, V>.AddNorm(dy, dyStride, x, xStride, moments, rows, columns, weight, bias);

    public override RowMoments Moments(float* x, int length, float epsilon)
    {
        (double mean, double scale) = Normalization<S, V>.Moments(x, length, epsilon);
        return new RowMoments(mean, scale);
    }

    public override void LayerNormGradient(float* dy, float* x, float* weight, int length, in RowMoments moments, float* dx) =>
        NormalizationGradient<S, V>.Row(dy, x, weight, length, in moments, dx);

    public override void Activate(Activation activation, float* u, int length, float* y)
    {
        switch (activation)
        {
            case Activation.Gelu:
                Activate<GeluActivation<S, V>>(u, length, y);
                break;
            case Activation.GeluTanh:
                Activate<GeluTanhActivation<S, V>>(u, length, y);
                break;
            case Activation.Relu:
                Activate<ReluActivation<S, V>>(u, length, y);
                break;
            case Activation.Silu:
                Activate<SiluActivation<S, V>>(u, length, y);
                break;
            case Activation.Tanh:
                Activate<TanhActivation<S, V>>(u, length, y);
                break;
            default:
                Activate<IdentityActivation<S, V>>(u, length, y);
                break;
        }
    }

    public override void MultiplyByDerivative(Activation activation, float* u, int length, float* d)
    {
        switch (activation)
        {
            case Activation.Gelu:
                Multiply<GeluGradient<S, V>>(u, length, d);
                break;
            case Activation.GeluTanh:
                Multiply<GeluTanhGradient<S, V>>(u, length, d);
                break;
            case Activation.Relu:
                Multiply<ReluGradient<S, V>>(u, length, d);
                break;
            case Activation.Silu:
                Multiply<SiluGradient<S, V>>(u, length, d);
                break;
            case Activation.Tanh:
                Multiply<TanhGradient<S, V>>(u, length, d);
                break;
            default:
                break;
        }
    }

    public override void Attend(in AttentionGradientTask task, float* scratch) => AttentionDropout<S, V>.Attend(in task, scratch);

    public override int AttentionScratch(int keys, int headSize) =>
        Math.Max(AttentionDropout<S, V>.Scratch(keys, headSize), AttentionGradient<S, V>.Scratch(keys, headSize));

    public override void AttentionGradient(in AttentionGradientTask task, float* scratch) =>
        AttentionGradient<S, V>.Compute(in task, scratch);

    public override double CrossEntropy(float* z, int classes, int label, double smoothing, double factor) =>
        CrossEntropy<S, V>.Row(z, classes, label, smoothing, factor);

    public override void Adam(float* parameter, float* gradient, float* m, float* v, int count, in AdamScalars scalars) =>
        Adam<S, V>.Update(parameter, gradient, m, v, count, in scalars);

    public override double SumOfSquares(float* x, int count) => Adam<S, V>.SumOfSquares(x, count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate<TActivation>(float* u, int length, float* y)
        where TActivation : IActivation<S, V>
    {
        for (int i = 0; i < length; i += S.Count)
            S.Store(y + i, TActivation.Apply(S.Load(u + i)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TGradient>(float* u, int length, float* d)
        where TGradient : IActivationGradient<S, V>
    {
        for (int i = 0; i < length; i += S.Count)
            S.Store(d + i, S.Multiply(S.Load(d + i), TGradient.Apply(S.Load(u + i))));
    }
}
