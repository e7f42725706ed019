namespace AlbertNative.Tensors.Simd;

/// <summary>The vector operations of the 8-bit product; <typeparamref name="V"/> is a vector of 32-bit sums.</summary>
internal unsafe interface IInt8Ops<V> where V : struct
{
    /// <summary>Sums in one vector.</summary>
    static abstract int Count { get; }

    /// <summary>Inputs that one step takes: four bytes or two 16-bit codes of activations.</summary>
    static abstract int Group { get; }

    static abstract V Zero { get; }

    /// <summary>One step's activations in every lane.</summary>
    static abstract V Broadcast(int* codes);

    /// <summary>One step's weights of <see cref="Count"/> outputs.</summary>
    static abstract V LoadWeights(sbyte* codes);

    /// <summary>sum + Σ activation · weight within each lane.</summary>
    static abstract V MultiplyAdd(V sum, V activations, V weights);

    /// <summary>destination = sum · factor · scales + minimum · sums, <see cref="Count"/> outputs.</summary>
    static abstract void StoreScaled(float* destination, V sum, float factor, float* scales, float minimum, float* sums);
}
