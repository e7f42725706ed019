using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>The instructions of a widening <typeparamref name="O"/>, on weights that have 16 bits already.</summary>
internal readonly unsafe struct Words<O, V> : IIntegerOps<V>
    where O : IIntegerOps<V>
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Broadcast(int* codes) => O.Broadcast(codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadWeights(byte* codes) => Unsafe.ReadUnaligned<V>(codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplyAdd(V sum, V activations, V weights) => O.MultiplyAdd(sum, activations, weights);
}
