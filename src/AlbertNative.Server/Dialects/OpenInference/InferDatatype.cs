using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>The protocol's types of elements, as far as a tensor here has them.</summary>
internal static class InferDatatype
{
    public const string Bytes = "BYTES";
    public const string Int32 = "INT32";
    public const string Int64 = "INT64";
    public const string Fp32 = "FP32";

    /// <summary>Refuses types that no input has.</summary>
    /// <exception cref="RequestException">It is one.</exception>
    public static string Checked(string datatype, string path) => datatype is Bytes or Int32 or Int64
        ? datatype
        : throw new RequestException(ErrorKind.Invalid, $"`{path}.datatype` must be BYTES, INT32 or INT64", $"{path}.datatype");

    /// <summary>The number of elements that a shape has.</summary>
    /// <exception cref="RequestException">A dimension is negative, or there are more than any request can hold.</exception>
    public static int CountOf(ReadOnlySpan<long> shape, string path)
    {
        // Dimensions are a stranger's: their product is taken where it cannot overflow.
        Int128 count = 1;
        foreach (long dimension in shape)
        {
            if (dimension < 0)
                throw new RequestException(ErrorKind.Invalid, $"`{path}.shape` has a negative dimension", $"{path}.shape");
            count *= dimension;
            if (count > int.MaxValue)
                throw new RequestException(ErrorKind.TooMuch, $"`{path}.shape` has more than {int.MaxValue} elements", $"{path}.shape");
        }
        return (int)count;
    }

    /// <summary>What is said of a tensor whose data are not as many as its shape says.</summary>
    public static RequestException WrongCount(string path, int expected, long found) =>
        new(ErrorKind.Invalid, $"`{path}` has {found} elements, its shape says {expected}", path);
}
