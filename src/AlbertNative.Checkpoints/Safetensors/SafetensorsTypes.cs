namespace AlbertNative.Checkpoints;

/// <summary>The names of the element types in a safetensors header.</summary>
internal static class SafetensorsTypes
{
    public static ReadOnlySpan<TensorType> All =>
    [
        TensorType.F64, TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.I64,
        TensorType.I32, TensorType.I16, TensorType.I8, TensorType.U8, TensorType.Bool,
    ];

    public const string Names = "F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL";

    public static ReadOnlySpan<byte> Name(TensorType type) => type switch
    {
        TensorType.F64 => "F64"u8,
        TensorType.F32 => "F32"u8,
        TensorType.F16 => "F16"u8,
        TensorType.BF16 => "BF16"u8,
        TensorType.I64 => "I64"u8,
        TensorType.I32 => "I32"u8,
        TensorType.I16 => "I16"u8,
        TensorType.I8 => "I8"u8,
        TensorType.U8 => "U8"u8,
        TensorType.Bool => "BOOL"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a tensor type"),
    };
}
