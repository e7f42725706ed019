using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace AlbertNative.Checkpoints;

/// <summary>Little-endian elements of a checkpoint as the numbers that callers compute with.</summary>
internal static class ElementConversion
{
    private const float TwoTo112 = 5.192296858534828e33f;

    /// <summary>Widens F32, F16 and BF16 exactly; rounds F64 once, to nearest even.</summary>
    public static void ToSingle(TensorType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        switch (type)
        {
            case TensorType.F32:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case TensorType.F16:
                HalfToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case TensorType.BF16:
                BFloat16ToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case TensorType.F64:
                for (int i = 0; i < destination.Length; i++)
                    destination[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(source[(8 * i)..]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "not a floating-point type");
        }
    }

    /// <summary>Narrows to F16 and BF16, to nearest even; widens to F64 exactly.</summary>
    public static void FromSingle(TensorType type, ReadOnlySpan<float> source, Span<byte> destination)
    {
        int size = type.Size;
        for (int i = 0; i < source.Length; i++)
        {
            Span<byte> element = destination.Slice(i * size, size);
            switch (type)
            {
                case TensorType.F64:
                    BinaryPrimitives.WriteDoubleLittleEndian(element, source[i]);
                    break;
                case TensorType.F32:
                    BinaryPrimitives.WriteSingleLittleEndian(element, source[i]);
                    break;
                case TensorType.F16:
                    BinaryPrimitives.WriteHalfLittleEndian(element, (Half)source[i]);
                    break;
                case TensorType.BF16:
                    BinaryPrimitives.WriteUInt16LittleEndian(element, SingleToBFloat16(source[i]));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(type), type, "not a floating-point type");
            }
        }
    }

    /// <summary>Widens any integer type, and Bool as 0 and 1.</summary>
    public static void ToInt64(TensorType type, ReadOnlySpan<byte> source, Span<long> destination)
    {
        int size = type.Size;
        for (int i = 0; i < destination.Length; i++)
        {
            ReadOnlySpan<byte> element = source.Slice(i * size, size);
            destination[i] = type switch
            {
                TensorType.I64 => BinaryPrimitives.ReadInt64LittleEndian(element),
                TensorType.I32 => BinaryPrimitives.ReadInt32LittleEndian(element),
                TensorType.I16 => BinaryPrimitives.ReadInt16LittleEndian(element),
                TensorType.I8 => (sbyte)element[0],
                TensorType.U8 or TensorType.Bool => element[0],
                _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an integer type"),
            };
        }
    }

    private static ushort SingleToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        // Rounding could carry a NaN's fraction away and leave an infinity: keep it quiet instead.
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static void BFloat16ToSingle(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        int i = 0;
        for (; i <= destination.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> low, out Vector<uint> high);
            (low << 16).As<uint, float>().CopyTo(destination[i..]);
            (high << 16).As<uint, float>().CopyTo(destination[(i + Vector<uint>.Count)..]);
        }
        for (; i < destination.Length; i++)
            destination[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
    }

    private static void HalfToSingle(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        int i = 0;
        for (; i <= destination.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> low, out Vector<uint> high);
            HalfBitsToSingle(low).CopyTo(destination[i..]);
            HalfBitsToSingle(high).CopyTo(destination[(i + Vector<uint>.Count)..]);
        }
        for (; i < destination.Length; i++)
            destination[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
    }

    /// <summary>
    /// Exponent and fraction moved to where a float has them are the value times 2^-112, subnormals included, so
    /// one exact product widens them; what was infinite or NaN arrives at 2^16 or more and gets its exponent back.
    /// </summary>
    private static Vector<float> HalfBitsToSingle(Vector<uint> bits)
    {
        Vector<uint> magnitude = (bits & new Vector<uint>(0x7FFF)) << 13;
        Vector<float> scaled = magnitude.As<uint, float>() * new Vector<float>(TwoTo112);
        Vector<uint> special = Vector.GreaterThanOrEqual(scaled, new Vector<float>(65536f)).As<int, uint>();
        Vector<uint> sign = (bits & new Vector<uint>(0x8000)) << 16;
        return (scaled.As<float, uint>() | (special & new Vector<uint>(0x7F800000)) | sign).As<uint, float>();
    }
}
