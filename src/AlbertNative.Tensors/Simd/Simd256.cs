using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AlbertNative.Tensors.Simd;

/// <summary>256-bit vectors: AVX2, with 16 registers: a product tile of 6 rows by 2 vectors.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<float>>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    public static int TileRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 6;
    }

    public static Vector256<float> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<float>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Create(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Vector256<float> value) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCodes(byte* destination, Vector256<float> value, bool wide)
    {
        Vector256<int> codes = Vector256.ConvertToInt32Native(Vector256.Round(value));
        codes = Vector256.Min(Vector256.Max(codes, Vector256<int>.Zero), Vector256.Create(255));
        Vector128<short> words = Vector128.Narrow(codes.GetLower(), codes.GetUpper());
        if (wide)
            words.Store((short*)destination);
        else
            Vector128.Narrow(words, words).AsByte().GetLower().Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadIntegers(int* source) => Vector256.ConvertToSingle(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWords(short* destination, Vector256<float> value)
    {
        Vector256<int> words = Saturated(value);
        Vector128.Narrow(words.GetLower(), words.GetUpper()).Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWordPairs(int* destination, Vector256<float> even, Vector256<float> odd)
    {
        Vector256<int> low = Vector256.ConvertToInt32Native(even) & Vector256.Create(0xFFFF);
        (low | (Vector256.ConvertToInt32Native(odd) << 16)).Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Saturated(Vector256<float> value)
    {
        Vector256<int> words = Vector256.ConvertToInt32Native(value);
        return Vector256.Min(Vector256.Max(words, Vector256.Create((int)short.MinValue)), Vector256.Create((int)short.MaxValue));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLowWords(short* destination, Vector256<float> value) =>
        Vector128.Narrow(value.AsInt32().GetLower(), value.AsInt32().GetUpper()).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) => Vector256.MinNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Vector256.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Abs(Vector256<float> a) => Vector256.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sqrt(Vector256<float> a) => Vector256.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Round(Vector256<float> a) => Vector256.Round(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(Vector256<float> a, Vector256<float> n) =>
        a * Vector256.ShiftLeft(Vector256.ConvertToInt32Native(n) + Vector256.Create(127), 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SelectNegative(Vector256<float> sign, Vector256<float> negative, Vector256<float> positive) =>
        Vector256.ConditionalSelect(Vector256.LessThan(sign, Vector256<float>.Zero), negative, positive);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> a) => Vector256.Sum(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double SumInDouble(Vector256<float> a)
    {
        (Vector256<double> low, Vector256<double> high) = Vector256.Widen(a);
        return Vector256.Sum(low + high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(Vector256<float> a)
    {
        return Simd128.MaxAcross(Vector128.MaxNative(a.GetLower(), a.GetUpper()));
    }
}
