using System.Text;
using Google.Protobuf;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Field by field through a protobuf file that is mapped, not held: Google's decoder over a stream, with messages
/// kept inside their bounds and bytes passed over, their places being all that is wanted.
/// </summary>
internal sealed class ProtoCursor : IDisposable
{
    private const int MaxVarintLength = 10;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly MappedFile _file;
    private readonly AllocationBudget _budget;
    private readonly CodedInputStream _input;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _texts =
        new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public ProtoCursor(MappedFile file, AllocationBudget budget)
    {
        _file = file;
        _budget = budget;
        _input = new CodedInputStream(new LeasedStream(file, 0, file.Length));
    }

    /// <summary>The field at hand, as its number and how it is encoded.</summary>
    public (int Number, WireFormat.WireType Type) Field { get; private set; }

    /// <summary>Goes on to the next field of a message that ends at <paramref name="end"/>; false where there is none.</summary>
    public bool MoveNext(long end)
    {
        if (_input.Position == end)
            return false;
        uint tag = _input.ReadTag();
        Field = (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag));
        CheckInside(end);
        return true;
    }

    /// <summary>Enters the message at hand and returns its end.</summary>
    public long Enter(long outerEnd)
    {
        int length = _input.ReadLength();
        long end = _input.Position + length;
        return length >= 0 && end <= outerEnd ? end : throw Error($"a field of {length} bytes runs past the end of its message");
    }

    /// <summary>Passes over the bytes at hand and returns their place in the file.</summary>
    public (long Offset, long Length) SkipBytes(long outerEnd)
    {
        long before = _input.Position;
        Skip(outerEnd);
        long end = _input.Position;
        // The decoder does not say where the length stopped and the bytes began: a varint ends with its first byte
        // below 128.
        using StorageLease lease = _file.Lease(before, (int)Math.Min(MaxVarintLength, end - before));
        long start = before + lease.Span.IndexOfAnyInRange((byte)0, (byte)127) + 1;
        return (start, end - start);
    }

    /// <summary>Passes over the field at hand, whatever it is.</summary>
    public void Skip(long outerEnd)
    {
        _input.SkipLastField();
        CheckInside(outerEnd);
    }

    /// <summary>Reads a name or another short text. The same text is the same string: every value is named twice or more.</summary>
    public string ReadText(long outerEnd)
    {
        (long offset, long length) = SkipBytes(outerEnd);
        TensorName.CheckLength(_file.Path, length);
        // Its place in a growing list.
        _budget.Charge(2 * sizeof(long));
        Span<char> characters = stackalloc char[(int)length];
        int count;
        using (StorageLease lease = _file.Lease(offset, (int)length))
        {
            try
            {
                count = StrictUtf8.GetChars(lease.Span, characters);
            }
            catch (DecoderFallbackException e)
            {
                throw Error("a string is not UTF-8", e);
            }
        }
        if (_texts.TryGetValue(characters[..count], out string? text))
            return text;
        _budget.ChargeString(count);
        _budget.Charge(64);
        text = characters[..count].ToString();
        _texts.Add(text);
        return text;
    }

    /// <summary>Appends the integers at hand: one, or a packed run of them.</summary>
    public void ReadIntegers(long outerEnd, List<long> integers)
    {
        bool isPacked = Field.Type == WireFormat.WireType.LengthDelimited;
        long end = isPacked ? Enter(outerEnd) : _input.Position + 1;
        while (_input.Position < end)
        {
            // Twice, for the list's growth.
            _budget.Charge(2 * sizeof(long));
            integers.Add(_input.ReadInt64());
        }
        CheckInside(isPacked ? end : outerEnd);
    }

    public long ReadInteger() => _input.ReadInt64();

    public float ReadFloat() => _input.ReadFloat();

    public CheckpointFormatException Error(string problem, Exception? inner = null) =>
        new(_file.Path, $"{problem} (before byte {_input.Position})", inner);

    public void Dispose() => _input.Dispose();

    private void CheckInside(long end)
    {
        if (_input.Position > end)
            throw Error("a field runs past the end of its message");
    }
}
