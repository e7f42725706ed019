using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace AlbertNative.Serving;

/// <summary>
/// All that decides a result, as a SHA-256: the version of the model as it was loaded, the operation with its options, the ids
/// and their types, and whose it is. No text, and nothing that a text could be guessed from without trying.
/// </summary>
internal readonly record struct ResultKey(UInt128 First, UInt128 Second)
{
    private const int Numbers = 3 * sizeof(long);

    /// <summary>The key of an input of one sequence.</summary>
    /// <param name="model">The version of the model.</param>
    /// <param name="owner">Whose result it is; 0 for everyone's.</param>
    /// <param name="operation">The operation and its options.</param>
    /// <param name="input">The input.</param>
    public static ResultKey Of<TInput>(long model, long owner, string operation, EncodedInput<TInput> input)
    {
        ReadOnlySpan<byte> ids = MemoryMarshal.AsBytes(input.InputIdsOf(0)), types = MemoryMarshal.AsBytes(input.TokenTypeIdsOf(0));
        int name = Encoding.UTF8.GetByteCount(operation), length = Numbers + name + ids.Length + types.Length;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        Span<byte> bytes = rented.AsSpan(0, length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, model);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[sizeof(long)..], owner);
        // The lengths tell where one part ends and the next begins.
        BinaryPrimitives.WriteInt64LittleEndian(bytes[(2 * sizeof(long))..], ((long)name << 32) | (uint)ids.Length);
        Encoding.UTF8.GetBytes(operation, bytes[Numbers..]);
        ids.CopyTo(bytes[(Numbers + name)..]);
        types.CopyTo(bytes[(Numbers + name + ids.Length)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        return new(BinaryPrimitives.ReadUInt128LittleEndian(hash), BinaryPrimitives.ReadUInt128LittleEndian(hash[16..]));
    }
}
