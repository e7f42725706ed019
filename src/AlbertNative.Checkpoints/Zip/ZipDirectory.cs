using System.Buffers.Binary;
using System.Text;

namespace AlbertNative.Checkpoints;

/// <summary>
/// The central directory of a zip archive (PKWARE's APPNOTE, sections 4.3 to 4.5, with zip64), read here because
/// stored entries are to be mapped where they lie, and because a file from a stranger may claim anything: names
/// that repeat, entries that overlap, encryption, several disks and extents past the end are refused. Checksums
/// are not compared: PyTorch neither checks them nor always writes them (<c>set_crc32_options</c>).
/// </summary>
internal sealed class ZipDirectory
{
    private const int EndLength = 22;
    private const int MaxCommentLength = ushort.MaxValue;
    private const int Zip64LocatorLength = 20;
    private const int Zip64EndLength = 56;
    private const int CentralLength = 46;
    private const int LocalLength = 30;
    private const uint EndSignature = 0x06054B50;
    private const uint Zip64LocatorSignature = 0x07064B50;
    private const uint Zip64EndSignature = 0x06064B50;
    private const uint CentralSignature = 0x02014B50;
    private const uint LocalSignature = 0x04034B50;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly MappedFile _file;
    private readonly AllocationBudget _budget;
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);

    private ZipDirectory(MappedFile file, AllocationBudget budget)
    {
        _file = file;
        _budget = budget;
    }

    /// <summary>The entries by name; directories among them are left out.</summary>
    public IReadOnlyDictionary<string, ZipEntry> Entries => _entries;

    /// <summary>True where the file begins as an archive with at least one entry does.</summary>
    public static bool IsZip(ReadOnlySpan<byte> start) =>
        start.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(start) == LocalSignature;

    public static ZipDirectory Read(MappedFile file, AllocationBudget budget)
    {
        ZipDirectory directory = new(file, budget);
        (long Offset, long Length, long Count) central = directory.FindCentral();
        directory.ReadCentral(central);
        directory.CheckOverlaps(central.Offset);
        return directory;
    }

    private (long Offset, long Length, long Count) FindCentral()
    {
        int tail = (int)Math.Min(_file.Length, EndLength + MaxCommentLength);
        using StorageLease lease = _file.Lease(_file.Length - tail, tail);
        for (int at = tail - EndLength; at >= 0; at--)
        {
            ReadOnlySpan<byte> end = lease.Span[at..];
            if (U32(end) == EndSignature && U16(end[20..]) == end.Length - EndLength)
                return ReadEnd(end, _file.Length - tail + at);
        }
        throw Error("the zip archive has no end record: it is truncated, or something follows it");
    }

    private (long Offset, long Length, long Count) ReadEnd(ReadOnlySpan<byte> end, long position)
    {
        if (U16(end[4..]) != U16(end[6..]) || U16(end[4..]) is not (0 or ushort.MaxValue) || U16(end[8..]) != U16(end[10..]))
            throw Error("the zip archive is one of several disks");
        (long Offset, long Length, long Count) central = (U32(end[16..]), U32(end[12..]), U16(end[10..]));
        if (central.Offset == uint.MaxValue || central.Length == uint.MaxValue || central.Count == ushort.MaxValue)
        {
            (central, position) = ReadZip64End(position - Zip64LocatorLength);
        }
        if (central.Offset < 0 || central.Length < 0 || central.Count < 0 || central.Length > position
            || central.Offset > position - central.Length)
        {
            throw Error($"the zip directory ({central.Length} bytes at {central.Offset}) does not lie before its end record at {position}");
        }
        return central;
    }

    private ((long Offset, long Length, long Count) Central, long Position) ReadZip64End(long locatorPosition)
    {
        long position = 0;
        if (locatorPosition >= 0)
        {
            using StorageLease locator = _file.Lease(locatorPosition, Zip64LocatorLength);
            if (U32(locator.Span) == Zip64LocatorSignature)
                position = I64(locator.Span[8..]);
        }
        if (position <= 0 || position > locatorPosition - Zip64EndLength)
            throw Error("the zip archive needs a zip64 end record and has none in its place");
        using StorageLease end = _file.Lease(position, Zip64EndLength);
        if (U32(end.Span) != Zip64EndSignature || I64(end.Span[24..]) != I64(end.Span[32..]))
            throw Error("the zip archive's zip64 end record is damaged");
        return ((I64(end.Span[48..]), I64(end.Span[40..]), I64(end.Span[32..])), position);
    }

    private void ReadCentral((long Offset, long Length, long Count) central)
    {
        if (central.Length > int.MaxValue)
            throw Error($"the zip directory is {central.Length} bytes long");
        using StorageLease lease = _file.Lease(central.Offset, (int)central.Length);
        ReadOnlySpan<byte> rest = lease.Span;
        for (long i = 0; i < central.Count; i++)
        {
            if (rest.Length < CentralLength || U32(rest) != CentralSignature)
                throw Error($"entry {i} of the zip directory is damaged");
            int nameLength = U16(rest[28..]);
            int extraLength = U16(rest[30..]);
            int length = CentralLength + nameLength + extraLength + U16(rest[32..]);
            if (rest.Length < length)
                throw Error($"entry {i} of the zip directory runs past its end");
            ReadEntry(rest, rest.Slice(CentralLength, nameLength), rest.Slice(CentralLength + nameLength, extraLength));
            rest = rest[length..];
        }
        if (!rest.IsEmpty)
            throw Error($"the zip directory has {rest.Length} bytes after its {central.Count} entries");
    }

    private void ReadEntry(ReadOnlySpan<byte> record, ReadOnlySpan<byte> nameBytes, ReadOnlySpan<byte> extra)
    {
        string name = ReadName(nameBytes);
        (long length, long storedLength, long header) = ReadExtents(record, extra, name);
        int method = U16(record[10..]);
        if ((record[8] & 1) != 0)
            throw Error($"zip entry '{name}' is encrypted");
        if (method is not (0 or 8))
            throw Error($"zip entry '{name}' has compression method {method}, supported are 0 (stored) and 8 (deflate)");
        if (method == 0 && length != storedLength)
            throw Error($"zip entry '{name}' is stored, but said to be {length} bytes long in {storedLength}");
        long data = FindData(name, nameBytes, header);
        if (storedLength > _file.Length - data)
            throw Error($"zip entry '{name}' ({storedLength} bytes at {data}) runs past the end of the file");
        if (name.EndsWith('/') && length == 0)
            return;
        if (!_entries.TryAdd(name, new ZipEntry(name, header, data, storedLength, length, method == 8)))
            throw Error($"zip entry '{name}' is there twice");
    }

    private string ReadName(ReadOnlySpan<byte> bytes)
    {
        _budget.ChargeString(bytes.Length);
        _budget.Charge(192);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Error("the name of a zip entry is not UTF-8", e);
        }
    }

    // Where a 32-bit field is all ones, the 64-bit one is in the extra field with id 1, in this order.
    private (long Length, long StoredLength, long Header) ReadExtents(ReadOnlySpan<byte> record, ReadOnlySpan<byte> extra, string name)
    {
        Span<long> fields = [U32(record[24..]), U32(record[20..]), U32(record[42..])];
        ReadOnlySpan<byte> wide = FindZip64(extra);
        foreach (ref long field in fields)
        {
            if (field == uint.MaxValue)
            {
                if (wide.Length < 8)
                    throw Error($"zip entry '{name}' lacks a zip64 field");
                field = I64(wide);
                wide = wide[8..];
            }
            if (field < 0)
                throw Error($"zip entry '{name}' has a zip64 field of {field}");
        }
        return (fields[0], fields[1], fields[2]);
    }

    private static ReadOnlySpan<byte> FindZip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int length = Math.Min(U16(extra[2..]), extra.Length - 4);
            if (U16(extra) == 1)
                return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }
        return default;
    }

    private long FindData(string name, ReadOnlySpan<byte> nameBytes, long header)
    {
        int headLength = LocalLength + nameBytes.Length;
        if (header < 0 || header > _file.Length - headLength)
            throw Error($"zip entry '{name}' is said to begin at {header}, past the end of the file");
        using StorageLease lease = _file.Lease(header, headLength);
        ReadOnlySpan<byte> local = lease.Span;
        if (U32(local) != LocalSignature || U16(local[26..]) != nameBytes.Length || !local[LocalLength..].SequenceEqual(nameBytes))
            throw Error($"zip entry '{name}' has no header of that name at {header}");
        long data = header + headLength + U16(local[28..]);
        return data <= _file.Length ? data : throw Error($"zip entry '{name}' runs past the end of the file");
    }

    // An entry reaches from its local header to the end of its bytes; the directory comes after all of them.
    private void CheckOverlaps(long centralOffset)
    {
        ZipEntry? before = null;
        foreach (ZipEntry entry in _entries.Values.OrderBy(e => e.HeaderOffset))
        {
            if (before is not null && entry.HeaderOffset < before.DataOffset + before.StoredLength)
                throw Error($"the zip entries '{before.Name}' and '{entry.Name}' overlap");
            before = entry;
        }
        if (before is not null && before.DataOffset + before.StoredLength > centralOffset)
            throw Error($"zip entry '{before.Name}' overlaps the zip directory at {centralOffset}");
    }

    private CheckpointFormatException Error(string problem, Exception? inner = null) => new(_file.Path, problem, inner);

    private static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static long I64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes);
}
