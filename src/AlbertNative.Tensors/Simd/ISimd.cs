namespace AlbertNative.Tensors.Simd;

/// <summary>
/// The few vector operations that every kernel is written in, so that one source serves each width.
/// <typeparamref name="V"/> is the vector itself; an implementation holds no data.
/// </summary>
internal unsafe interface ISimd<V> where V : struct
{
    /// <summary>Floats in one vector.</summary>
    static abstract int Count { get; }

    /// <summary>Rows of the tallest product tile whose accumulators stay in registers.</summary>
    static abstract int TileRows { get; }

    static abstract V Zero { get; }

    static abstract V Create(float value);

    static abstract V Load(float* source);

    static abstract void Store(float* destination, V value);

    /// <summary>Rounds each lane to the nearest integer from 0 to 255 and stores it as a byte or, if wide, as 16 bits.</summary>
    static abstract void StoreCodes(byte* destination, V value, bool wide);

    /// <summary>32-bit integers as floats.</summary>
    static abstract V LoadIntegers(int* source);

    /// <summary>Stores whole numbers as 16 bits, as far as these hold them.</summary>
    static abstract void StoreWords(short* destination, V value);

    /// <summary>Stores the whole numbers of two vectors by turns, 16 bits each; what does not fit is undefined.</summary>
    static abstract void StoreWordPairs(int* destination, V even, V odd);

    /// <summary>Stores the last 16 bits of each lane.</summary>
    static abstract void StoreLowWords(short* destination, V value);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    static abstract V Divide(V a, V b);

    /// <summary>a * b + c, rounded once where the processor can.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>The smaller one; where <paramref name="b"/> is NaN, NaN on every processor.</summary>
    static abstract V Min(V a, V b);

    /// <summary>The larger one; where <paramref name="b"/> is NaN, NaN on every processor.</summary>
    static abstract V Max(V a, V b);

    static abstract V Abs(V a);

    /// <summary>The square root, rounded correctly.</summary>
    static abstract V Sqrt(V a);

    /// <summary>The nearest integer, ties to even.</summary>
    static abstract V Round(V a);

    /// <summary>a * 2^n for integral n from -126 to 127.</summary>
    static abstract V Scale(V a, V n);

    /// <summary>Per lane: <paramref name="negative"/> where <paramref name="sign"/> is below zero, else <paramref name="positive"/>.</summary>
    static abstract V SelectNegative(V sign, V negative, V positive);

    static abstract float Sum(V a);

    /// <summary>The sum of the lanes, each step in double precision.</summary>
    static abstract double SumInDouble(V a);

    static abstract float MaxAcross(V a);
}
