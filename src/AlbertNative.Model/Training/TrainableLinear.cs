using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// A linear layer that is trained: its parameters and gradients, part of the model's blocks, and two packed copies of W,
/// for x Wᵀ and for dy W, which <see cref="Pack"/> renews after each step of the optimizer.
/// </summary>
internal sealed class TrainableLinear(Matrix weight, Matrix bias, Matrix weightGradient, Matrix biasGradient)
{
    private readonly LinearWeights _packed = LinearWeights.Create(weight.Rows, weight.Columns);
    private readonly LinearWeights _transposed = LinearWeights.Create(weight.Columns, weight.Rows);

    public int Outputs => weight.Rows;

    public int Inputs => weight.Columns;

    /// <summary>Packs the parameters as they are now.</summary>
    public void Pack(TeamThread thread) => GradientOps.Pack(thread, weight, bias, _packed, _transposed);

    /// <summary>y = x Wᵀ + b [+ residual].</summary>
    public void Forward(TeamThread thread, Matrix x, Matrix y, Matrix residual = default) =>
        GradientOps.LinearAdd(thread, x, _packed, residual, y);

    /// <summary>dW += dyᵀ x, db += Σ dy.</summary>
    public void AddGradients(TeamThread thread, Matrix dy, Matrix x) =>
        GradientOps.LinearParameters(thread, dy, x, weightGradient, biasGradient);

    /// <summary>dx = dy W [+ residual].</summary>
    public void Backward(TeamThread thread, Matrix dy, Matrix dx, Matrix residual = default) =>
        GradientOps.LinearAdd(thread, dy, _transposed, residual, dx);
}

/// <summary>A LayerNorm that is trained.</summary>
internal sealed class TrainableNorm(Matrix weight, Matrix bias, Matrix weightGradient, Matrix biasGradient, float epsilon)
{
    private readonly MomentsBuffer _moments = new();

    /// <summary>y = LayerNorm(x).</summary>
    public void Forward(TeamThread thread, Matrix x, Matrix y) => GradientOps.LayerNorm(thread, x, weight, bias, epsilon, y);

    /// <summary>dx, and what is added to the gradients of the parameters.</summary>
    public void Backward(TeamThread thread, Matrix dy, Matrix x, Matrix dx) =>
        GradientOps.LayerNormGradient(thread, dy, x, weight, epsilon, _moments, dx, weightGradient, biasGradient);
}
