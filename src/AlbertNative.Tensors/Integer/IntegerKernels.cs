namespace AlbertNative.Tensors;

/// <summary>Products of whole numbers with one set of instructions; sums are exact, so all sets give the same.</summary>
internal abstract unsafe class IntegerKernels
{
    /// <summary>Outputs in one panel of packed weights: two vectors of 32-bit sums.</summary>
    public abstract int PanelWidth { get; }

    /// <summary>Inputs of one output that lie side by side, and that one step takes.</summary>
    public abstract int Group { get; }

    /// <summary>The size of an input's code: four bytes to a step.</summary>
    public int CodeBytes => 4 / Group;

    /// <summary>The size of a weight's code.</summary>
    public abstract int WeightBytes { get; }

    /// <summary>Rows of the tallest tile.</summary>
    public abstract int TileRows { get; }

    /// <summary>Rows by panels of x Wᵀ with its epilogue, out of the rows' codes.</summary>
    public abstract void Linear(in LinearTask task, int firstRow, int rows, int firstPanel, int panels);

    /// <summary>Operations in one iteration of <see cref="RunChains"/>.</summary>
    public abstract int ChainOperations { get; }

    /// <summary>Multiply-adds in registers alone, to measure what the processor can do.</summary>
    public abstract float RunChains(int iterations);

    /// <summary>Sums of products of codes by one panel of weights: the tile alone.</summary>
    public abstract void Tile(int rows, byte* codes, nint stride, byte* panel, nint steps, int* sums, nint sumStride);
}

/// <summary>Products of 8-bit weights and 8-bit activations.</summary>
internal abstract class Int8Kernels : IntegerKernels
{
    /// <summary>The fastest that this processor has, and that passes <see cref="KernelCheck"/>.</summary>
    public static Int8Kernels Best { get; } = InstructionSets.First<Int8Kernels>(InstructionSets.Int8);
}

/// <summary>Products of 16-bit weights and 16-bit activations, and attention made of such products.</summary>
internal abstract unsafe class Int16Kernels : IntegerKernels
{
    /// <summary>The fastest that this processor has, and that passes <see cref="KernelCheck"/>.</summary>
    public static Int16Kernels Best { get; } = InstructionSets.First<Int16Kernels>(InstructionSets.Int16);

    /// <summary>A block of one head's queries against all keys of their sequence.</summary>
    public abstract void Attend(in AttentionTask task, float* scratch);

    /// <summary>The floats of scratch memory that <see cref="Attend"/> needs.</summary>
    public abstract int AttentionScratch(int keys, int headSize);
}
