namespace AlbertNative.Tensors;

/// <summary>y = activation(x Wᵀ + b) [+ residual], as the product kernel takes it.</summary>
internal readonly unsafe struct LinearTask(Matrix x, LinearWeights weights, Matrix y, Activation activation, Matrix residual)
{
    public readonly Matrix X = x;
    public readonly LinearWeights Weights = weights;
    public readonly Matrix Y = y;
    public readonly Activation Activation = activation;

    /// <summary>What is added at the end; without rows where nothing is.</summary>
    public readonly Matrix Residual = residual;
}
