using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>The forms of weights by the names that provenance gives them.</summary>
internal static class StoredPrecision
{
    /// <summary>Single precision: what published weights and outputs have.</summary>
    public const string Float32 = "fp32";

    // From the finest to the coarsest.
    private static readonly string[] Names = [Float32, "fp16", "bf16", "int8"];

    /// <summary>The name of a form.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none of a one-file model.</exception>
    public static string NameOf(WeightStorage storage) => storage switch
    {
        WeightStorage.Float32 => Float32,
        WeightStorage.Float16 => "fp16",
        WeightStorage.Int8 or WeightStorage.Int8All => "int8",
        _ => throw new ArgumentOutOfRangeException(nameof(storage), storage, "a one-file model is fp32, fp16 or int8"),
    };

    /// <summary>The lower of two.</summary>
    public static string Lower(string a, string b) => Array.IndexOf(Names, a) >= Array.IndexOf(Names, b) ? a : b;

    /// <summary>The lowest that the weights have been in, as their provenance says and as they lie there.</summary>
    public static string LowestOf(ModelFiles files) => files.Checkpoint.Tensors
        .Select(tensor => NameOf(tensor.Type))
        .Append(files.Provenance?.LowestPrecision ?? Float32)
        .Aggregate(Float32, Lower);

    private static string NameOf(TensorType type)
    {
        if (type == TensorType.F16)
            return "fp16";
        if (type == TensorType.BF16)
            return "bf16";
        return type == TensorType.I8 ? "int8" : Float32;
    }
}
