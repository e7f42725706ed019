namespace AlbertNative.Checkpoints;

/// <summary>The element types that checkpoints hold, under the names of the safetensors format.</summary>
public enum TensorType
{
    /// <summary>IEEE 754 binary64.</summary>
    F64,

    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32 (bfloat16).</summary>
    BF16,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,
}

/// <summary>What is known about a <see cref="TensorType"/> itself.</summary>
public static class TensorTypeExtensions
{
    extension(TensorType type)
    {
        /// <summary>The size of one element in bytes.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the enumeration's.</exception>
        public int Size => type switch
        {
            TensorType.F64 or TensorType.I64 => 8,
            TensorType.F32 or TensorType.I32 => 4,
            TensorType.F16 or TensorType.BF16 or TensorType.I16 => 2,
            TensorType.I8 or TensorType.U8 or TensorType.Bool => 1,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a tensor type"),
        };

        /// <summary>True for the types whose elements are real numbers: F64, F32, F16 and BF16.</summary>
        public bool IsFloatingPoint =>
            type is TensorType.F64 or TensorType.F32 or TensorType.F16 or TensorType.BF16;
    }
}
