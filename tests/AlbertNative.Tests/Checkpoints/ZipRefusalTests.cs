using System.Buffers.Binary;
using AlbertNative.Checkpoints;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>Each test damages one field of a good archive with two entries, m/data.pkl and m/data/0.</summary>
public sealed class ZipRefusalTests
{
    private static readonly byte[] Good = TorchFile.Zip(
        PickleBytes.OneTensor(6, 0, [6], [1]), SafetensorsFile.Floats(0, 1, 2, 3, 4, 5));

    private static readonly int End = Good.AsSpan().LastIndexOf("PK\x05\x06"u8);
    private static readonly int Central = Good.AsSpan().IndexOf("PK\x01\x02"u8);
    private static readonly int Last = Good.AsSpan().LastIndexOf("PK\x01\x02"u8);
    private static readonly int LastLocal = Good.AsSpan().LastIndexOf("PK\x03\x04"u8);

    /// <summary>Where the first entry's bytes begin.</summary>
    private const int PickleData = 30 + 10;

    private static void AssertRefused(string message, int at, params ReadOnlySpan<byte> bytes)
    {
        byte[] file = [.. Good];
        bytes.CopyTo(file.AsSpan(at));
        Assert.Contains(message, HostileFile.AssertRefused("pytorch_model.bin", file).Message);
    }

    [Fact]
    public void A_damaged_end_record_is_refused()
    {
        AssertRefused("no end record", End, 0);
        AssertRefused("no end record", End + 20, 1, 0);
        AssertRefused("several disks", End + 4, 1, 0);
        AssertRefused("several disks", End + 8, 1, 0);
        AssertRefused("does not lie before", End + 12, 255, 255, 255, 127);
        AssertRefused("does not lie before", End + 16, 255, 255, 255, 127);
        AssertRefused("zip64 end record", End + 16, 255, 255, 255, 255);
        AssertRefused("bytes after its 1 entries", End + 8, 1, 0, 1, 0);
        AssertRefused("entry 2", End + 8, 3, 0, 3, 0);
        Assert.Contains("no end record", HostileFile.AssertRefused("pytorch_model.bin", [.. Good, 0]).Message);
        Assert.Contains("no end record", HostileFile.AssertRefused("pytorch_model.bin", Good[..^1]).Message);
    }

    [Fact]
    public void A_damaged_entry_is_refused()
    {
        AssertRefused("entry 0", Central, 0);
        AssertRefused("encrypted", Last + 8, 1);
        AssertRefused("compression method 12", Last + 10, 12);
        AssertRefused("said to be", Last + 20, 7, 0, 0, 0);
        AssertRefused("runs past the end of the file", Last + 20, 255, 255, 255, 127, 255, 255, 255, 127);
        AssertRefused("lacks a zip64 field", Last + 20, 255, 255, 255, 255, 255, 255, 255, 255);
        AssertRefused("runs past its end", Last + 28, 255, 255);
        AssertRefused("no header of that name", Last + 42, 0, 0, 0, 0);
        AssertRefused("past the end of the file", Last + 42, 255, 255, 255, 127);
        AssertRefused("no header of that name", LastLocal, 0);
        AssertRefused("no header of that name", LastLocal + 30, (byte)'n');
        AssertRefused("runs past the end of the file", LastLocal + 28, 255, 255);
        AssertRefused("not UTF-8", Last + 46, 0xFF);
    }

    [Fact]
    public void Entries_that_overlap_are_refused()
    {
        // The pickle's entry grows over the storage's.
        byte[] file = [.. Good];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(Central + 20), LastLocal + 10);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(Central + 24), LastLocal + 10);
        Assert.Contains("overlap", HostileFile.AssertRefused("pytorch_model.bin", file).Message);
        // It ends within the local header of the storage, before the storage's bytes.
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(Central + 20), LastLocal + 10 - PickleData);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(Central + 24), LastLocal + 10 - PickleData);
        Assert.Contains("overlap", HostileFile.AssertRefused("pytorch_model.bin", file).Message);
        // The storage reaches into the directory.
        AssertRefused("overlaps the zip directory", Last + 20, 28, 0, 0, 0, 28, 0, 0, 0);
    }

    [Fact]
    public void Zip64_records_are_read_and_checked()
    {
        byte[] file = WithZip64(entries: 2);
        using TemporaryFolder folder = new();
        using Checkpoint checkpoint = Checkpoint.Open(folder.Write("pytorch_model.bin", file));
        Assert.Equal([0f, 1, 2, 3, 4, 5], CheckpointComparison.Floats(checkpoint.Tensors[0]));

        HostileFile.AssertRefused("pytorch_model.bin", WithZip64(entries: -1));
        HostileFile.AssertRefused("pytorch_model.bin", WithZip64(entries: long.MaxValue));
        file.AsSpan(file.AsSpan().LastIndexOf("PK\x06\x06"u8), 2).Clear();
        Assert.Contains("zip64 end record is damaged", HostileFile.AssertRefused("pytorch_model.bin", file).Message);
    }

    private static byte[] WithZip64(long entries)
    {
        byte[] end = new byte[56];
        "PK\x06\x06"u8.CopyTo(end);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(4), 44);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(24), entries);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(32), entries);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(40), End - Central);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(48), Central);
        byte[] locator = new byte[20];
        "PK\x06\x07"u8.CopyTo(locator);
        BinaryPrimitives.WriteInt64LittleEndian(locator.AsSpan(8), End);
        byte[] last = [.. Good[End..]];
        last.AsSpan(8, 12).Fill(0xFF);
        return [.. Good[..End], .. end, .. locator, .. last];
    }
}
