using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>
/// Tensors as bytes, of the binary extension over HTTP and of gRPC's raw contents: little-endian numbers, and strings each
/// behind its length in four bytes.
/// </summary>
internal static class TensorBytes
{
    private const int LengthBytes = sizeof(uint);

    /// <summary>Reads elements.</summary>
    /// <param name="datatype">Their type.</param>
    /// <param name="count">How many the shape says; the bytes are checked against it before anything is made of them.</param>
    /// <param name="bytes">All bytes of the tensor.</param>
    /// <param name="path">What the request calls it.</param>
    /// <exception cref="RequestException">The bytes are not so many elements, or no text.</exception>
    public static Array Read(string datatype, int count, ReadOnlySpan<byte> bytes, string path)
    {
        if (datatype == InferDatatype.Bytes)
            return Texts(count, bytes, path);
        int size = datatype == InferDatatype.Int32 ? sizeof(int) : sizeof(long);
        if (bytes.Length != (long)count * size)
        {
            throw new RequestException(
                ErrorKind.Invalid, $"`{path}` has {bytes.Length} bytes, its shape and {datatype} say {(long)count * size}", path);
        }
        if (datatype == InferDatatype.Int32)
        {
            int[] numbers = new int[count];
            for (int i = 0; i < count; i++)
                numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * size)..]);
            return numbers;
        }
        long[] wide = new long[count];
        for (int i = 0; i < count; i++)
            wide[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * size)..]);
        return wide;
    }

    /// <summary>The text of bytes.</summary>
    /// <exception cref="RequestException">They are no UTF-8.</exception>
    public static string Text(ReadOnlySpan<byte> utf8, string path) => Utf8.IsValid(utf8)
        ? Encoding.UTF8.GetString(utf8)
        : throw new RequestException(ErrorKind.Malformed, $"`{path}` is not UTF-8", path);

    /// <summary>Writes elements.</summary>
    /// <returns>The bytes that were written.</returns>
    public static int Write(Array elements, IBufferWriter<byte> bytes)
    {
        switch (elements)
        {
            case string[] texts:
                return texts.Sum(text => WriteText(text, bytes));
            case float[] numbers:
                foreach (float number in numbers)
                    Write(bytes, BitConverter.SingleToUInt32Bits(number));
                return numbers.Length * sizeof(float);
            case int[] numbers:
                foreach (int number in numbers)
                    Write(bytes, (uint)number);
                return numbers.Length * sizeof(int);
            default:
                throw new NotSupportedException($"no answer has elements of {elements.GetType()}");
        }
    }

    private static string[] Texts(int count, ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.Length / LengthBytes < count)
            throw InferDatatype.WrongCount(path, count, bytes.Length / LengthBytes);
        string[] texts = new string[count];
        for (int i = 0; i < count; i++)
        {
            if (bytes.Length < LengthBytes)
                throw Truncated(path, i);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            bytes = bytes[LengthBytes..];
            if (length > bytes.Length)
                throw Truncated(path, i);
            texts[i] = Text(bytes[..(int)length], $"{path}[{i}]");
            bytes = bytes[(int)length..];
        }
        return bytes.IsEmpty
            ? texts
            : throw new RequestException(ErrorKind.Invalid, $"`{path}` has {bytes.Length} bytes behind its {count} elements", path);
    }

    private static RequestException Truncated(string path, int element) =>
        new(ErrorKind.Invalid, $"`{path}` ends within element {element}", path);

    private static int WriteText(string text, IBufferWriter<byte> bytes)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Write(bytes, (uint)length);
        Encoding.UTF8.GetBytes(text, bytes.GetSpan(length));
        bytes.Advance(length);
        return LengthBytes + length;
    }

    private static void Write(IBufferWriter<byte> bytes, uint number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.GetSpan(sizeof(uint)), number);
        bytes.Advance(sizeof(uint));
    }
}
