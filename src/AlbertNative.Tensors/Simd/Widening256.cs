using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AlbertNative.Tensors.Simd;

/// <summary>AVX2: weights widened to 16 bits, two products and their sum in one instruction.</summary>
internal readonly unsafe struct Widening256 : IInt8Ops<Vector256<int>>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    public static int Group
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    public static Vector256<int> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<int>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int* codes) => Vector256.Create(*codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LoadWeights(sbyte* codes) => Avx2.ConvertToVector256Int16(Vector128.Load(codes)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<int> activations, Vector256<int> weights) =>
        sum + Avx2.MultiplyAddAdjacent(activations.AsInt16(), weights.AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreScaled(float* destination, Vector256<int> sum, float factor, float* scales, float minimum, float* sums)
    {
        Vector256<float> scale = Vector256.Load(scales) * factor, offset = Vector256.Load(sums) * minimum;
        Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(sum), scale, offset).Store(destination);
    }
}
