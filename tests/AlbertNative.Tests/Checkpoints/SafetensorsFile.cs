using System.Buffers.Binary;
using System.Text;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>Safetensors bytes put together by hand, so that tests do not depend on the writer.</summary>
internal static class SafetensorsFile
{
    /// <summary>Length, header and data; the length can lie.</summary>
    public static byte[] Bytes(string header, ReadOnlySpan<byte> data, ulong? length = null)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] bytes = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length ?? (ulong)json.Length);
        json.CopyTo(bytes, 8);
        data.CopyTo(bytes.AsSpan(8 + json.Length));
        return bytes;
    }

    /// <summary>Numbers as little-endian bytes.</summary>
    public static byte[] Floats(params ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[4 * values.Length];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
        return bytes;
    }
}
