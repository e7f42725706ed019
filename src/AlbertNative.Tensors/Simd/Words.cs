using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>The instructions of <typeparamref name="O"/> on weights and activations of 16 bits.</summary>
internal readonly unsafe struct Words<O, V> : IIntegerOps<V>
    where O : IWordOps<V>
    where V : struct
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => O.Count;
    }

    public static int TileRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => O.TileRows;
    }

    public static int Group
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    public static int WeightBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    public static bool DelaysAdditions
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => O.DelaysAdditions;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Broadcast(int* codes) => O.Broadcast(codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadWeights(byte* codes) => Unsafe.ReadUnaligned<V>(codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplyAdd(V sum, V activations, V weights) => O.MultiplyAddWords(sum, activations, weights);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Multiply(V activations, V weights) => O.MultiplyWords(activations, weights);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(V a, V b) => O.Add(a, b);
}
