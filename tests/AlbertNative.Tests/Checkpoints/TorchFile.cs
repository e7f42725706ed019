using System.Buffers.Binary;
using System.IO.Compression;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>PyTorch containers put together by hand.</summary>
internal static class TorchFile
{
    private static readonly byte[] Magic = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];

    /// <summary>A zip archive of these entries, stored unless said otherwise.</summary>
    public static byte[] Zip(CompressionLevel level, params ReadOnlySpan<(string Name, byte[] Bytes)> entries)
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in entries)
            {
                using Stream entry = archive.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    /// <summary>An archive with a pickle and storages "0", "1", ...</summary>
    public static byte[] Zip(byte[] pickle, params ReadOnlySpan<byte[]> storages)
    {
        List<(string, byte[])> entries = [("m/data.pkl", pickle)];
        for (int i = 0; i < storages.Length; i++)
            entries.Add(($"m/data/{i}", storages[i]));
        return Zip(CompressionLevel.NoCompression, [.. entries]);
    }

    /// <summary>A legacy file: the pickles, then the bytes that <paramref name="storages"/> are with their counts.</summary>
    public static byte[] Legacy(byte[] pickle, byte[] keys, params ReadOnlySpan<byte> storages) =>
        [.. Magic, .. new PickleBytes().Int(1001).Stop(), .. new PickleBytes().Op('}').Stop(), .. pickle, .. keys, .. storages];

    /// <summary>The list of storage keys, pickled.</summary>
    public static byte[] Keys(params ReadOnlySpan<string> keys)
    {
        PickleBytes pickle = new PickleBytes().Op(']', '(');
        foreach (string key in keys)
            pickle.Text(key);
        return pickle.Op('e').Stop();
    }

    /// <summary>A raw storage of a legacy file: the number of elements, then the bytes.</summary>
    public static byte[] Storage(long count, ReadOnlySpan<byte> bytes)
    {
        byte[] storage = new byte[8 + bytes.Length];
        BinaryPrimitives.WriteInt64LittleEndian(storage, count);
        bytes.CopyTo(storage.AsSpan(8));
        return storage;
    }
}
