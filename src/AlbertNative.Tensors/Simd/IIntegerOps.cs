namespace AlbertNative.Tensors.Simd;

/// <summary>
/// The vector operations of a product of whole numbers; <typeparamref name="V"/> is a vector of 32-bit sums. One step
/// multiplies four bytes of each row's codes, and as many codes of each output's weights.
/// </summary>
internal unsafe interface IIntegerOps<V> where V : struct
{
    /// <summary>Sums in one vector.</summary>
    static abstract int Count { get; }

    /// <summary>Rows of the tallest tile whose sums stay in registers.</summary>
    static abstract int TileRows { get; }

    /// <summary>Inputs that one step takes: four bytes or two 16-bit codes of activations.</summary>
    static abstract int Group { get; }

    /// <summary>The size of a weight's code.</summary>
    static abstract int WeightBytes { get; }

    /// <summary>One step's activations in every lane.</summary>
    static abstract V Broadcast(int* codes);

    /// <summary>One step's weights of <see cref="Count"/> outputs.</summary>
    static abstract V LoadWeights(byte* codes);

    /// <summary>
    /// Whether tall tiles add products a row after they were made: where both take an instruction, and the registers suffice.
    /// </summary>
    static virtual bool DelaysAdditions => false;

    /// <summary>sum + Σ activation · weight within each lane.</summary>
    static abstract V MultiplyAdd(V sum, V activations, V weights);

    /// <summary>Σ activation · weight within each lane.</summary>
    static abstract V Multiply(V activations, V weights);

    /// <summary>a + b within each lane.</summary>
    static abstract V Add(V a, V b);
}

/// <summary>Operations that multiply 16-bit codes too: <see cref="Words{O, V}"/> is made of them.</summary>
internal interface IWordOps<V> : IIntegerOps<V> where V : struct
{
    /// <summary>As <see cref="IIntegerOps{V}.MultiplyAdd"/>, two 16-bit codes of each side within each lane.</summary>
    static abstract V MultiplyAddWords(V sum, V activations, V weights);

    /// <summary>As <see cref="IIntegerOps{V}.Multiply"/>, two 16-bit codes of each side within each lane.</summary>
    static abstract V MultiplyWords(V activations, V weights);
}
