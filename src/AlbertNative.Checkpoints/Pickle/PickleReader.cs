using System.Buffers.Binary;
using System.Text;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Reads a pickle that torch.save wrote as plain data (<see cref="PickleTuple"/> and its neighbours). A pickle is a
/// program for a small stack machine; here it can build containers, numbers and strings, and name and "call" the
/// globals of <see cref="TorchGlobals"/>, which are data as well. It has no jumps, so time is linear in its length,
/// and memory is charged before it is taken. Nothing recurses.
/// </summary>
internal ref struct PickleReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private const int Protocol = 2;
    private const int MaxGlobalLength = 256;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _path;
    private readonly AllocationBudget _budget;
    private readonly PickleStack _stack;
    private readonly Action<TorchStorageReference>? _onStorage;
    private readonly Dictionary<uint, object?> _memo = [];
    private int _at;
    private int _opcodeAt;

    /// <param name="path">The file, for error messages.</param>
    /// <param name="bytes">Bytes that begin with a pickle; others may follow.</param>
    /// <param name="budget">Pays for everything that is built.</param>
    /// <param name="onStorage">Called for each storage that the pickle names.</param>
    public PickleReader(
        string path, ReadOnlySpan<byte> bytes, AllocationBudget budget, Action<TorchStorageReference>? onStorage = null)
    {
        _onStorage = onStorage;
        _path = path;
        _bytes = bytes;
        _budget = budget;
        _stack = new PickleStack(budget);
    }

    /// <summary>Reads one pickle, up to its STOP.</summary>
    /// <param name="length">The number of bytes that it took.</param>
    /// <exception cref="CheckpointFormatException">It is damaged, or asks for something that is not data.</exception>
    public object? Read(out int length)
    {
        if (_bytes.Length < 2 || _bytes[0] != (byte)PickleOpcode.Proto || _bytes[1] != Protocol)
            throw Error(_bytes is [(byte)PickleOpcode.Proto, var other, ..] ? $"pickle protocol {other}, supported is 2" : "not a pickle of protocol 2");
        PickleOpcode opcode;
        while ((opcode = (PickleOpcode)Take(1)[0]) != PickleOpcode.Stop)
        {
            _opcodeAt = _at - 1;
            Execute(opcode);
        }
        length = _at;
        object? result = Pop();
        return _stack.IsEmpty ? result : throw Error("the pickle ends with more than one object");
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto:
                if (Take(1)[0] != Protocol)
                    throw Error("the pickle changes its protocol");
                break;
            case PickleOpcode.Mark:
                _stack.Mark();
                break;
            case PickleOpcode.BinPut:
                Memorize(Take(1)[0]);
                break;
            case PickleOpcode.LongBinPut:
                Memorize(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));
                break;
            case PickleOpcode.BinGet:
                Recall(Take(1)[0]);
                break;
            case PickleOpcode.LongBinGet:
                Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));
                break;
            case PickleOpcode.Global:
                _stack.Push(ReadGlobal());
                break;
            case PickleOpcode.BinPersId:
                _stack.Push(FindStorage());
                break;
            case PickleOpcode.Reduce:
                Reduce();
                break;
            case PickleOpcode.Build:
                Build();
                break;
            case PickleOpcode.Append or PickleOpcode.Appends:
                Append(opcode == PickleOpcode.Append ? PopItems(1) : PopToMark());
                break;
            case PickleOpcode.SetItem or PickleOpcode.SetItems:
                SetItems(opcode == PickleOpcode.SetItem ? PopItems(2) : PopToMark());
                break;
            default:
                PushValue(opcode);
                break;
        }
    }

    private void PushValue(PickleOpcode opcode)
    {
        _budget.Charge(24);
        object? value = opcode switch
        {
            PickleOpcode.None => null,
            PickleOpcode.NewTrue => true,
            PickleOpcode.NewFalse => false,
            PickleOpcode.BinInt1 => (long)Take(1)[0],
            PickleOpcode.BinInt2 => (long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
            PickleOpcode.BinInt => (long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
            PickleOpcode.Long1 => ReadLong(Take(1)[0]),
            PickleOpcode.BinFloat => BinaryPrimitives.ReadDoubleBigEndian(Take(8)),
            PickleOpcode.BinUnicode or PickleOpcode.BinString => ReadString(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))),
            PickleOpcode.ShortBinString => ReadString(Take(1)[0]),
            PickleOpcode.EmptyTuple => new PickleTuple([]),
            PickleOpcode.Tuple1 => new PickleTuple(PopItems(1)),
            PickleOpcode.Tuple2 => new PickleTuple(PopItems(2)),
            PickleOpcode.Tuple3 => new PickleTuple(PopItems(3)),
            PickleOpcode.Tuple => new PickleTuple(PopToMark()),
            PickleOpcode.EmptyList => CreateList(),
            PickleOpcode.EmptyDict => CreateDictionary(),
            _ => throw Error($"opcode 0x{(byte)opcode:X2} is none that torch.save writes"),
        };
        _stack.Push(value);
    }

    private readonly PickleList CreateList()
    {
        _budget.Charge(48);
        return new PickleList([]);
    }

    private readonly PickleDictionary CreateDictionary()
    {
        _budget.Charge(64);
        return new PickleDictionary([], IsOrdered: false);
    }

    // Two's complement, little-endian, as many bytes as it takes.
    private long ReadLong(int length)
    {
        if (length > sizeof(long))
            throw Error($"an integer of {length} bytes, expected at most {sizeof(long)}");
        ReadOnlySpan<byte> digits = Take(length);
        long value = length > 0 && (sbyte)digits[^1] < 0 ? -1 : 0;
        for (int i = length - 1; i >= 0; i--)
            value = (value << 8) | digits[i];
        return value;
    }

    private string ReadString(uint length)
    {
        if (length > _bytes.Length - _at)
            throw Error($"a string of {length} bytes runs past the end");
        _budget.ChargeString(length);
        try
        {
            return StrictUtf8.GetString(Take((int)length));
        }
        catch (DecoderFallbackException e)
        {
            throw Error("a string is not UTF-8", e);
        }
    }

    private PickleGlobal ReadGlobal()
    {
        string name = $"{ReadLine()}.{ReadLine()}";
        return TorchGlobals.Find(name) ?? throw Error(
            $"the pickle asks for '{name}', which is refused: only tensors, their storages and plain containers are read, nothing is executed");
    }

    private string ReadLine()
    {
        ReadOnlySpan<byte> rest = _bytes[_at..];
        int length = rest[..Math.Min(rest.Length, MaxGlobalLength)].IndexOf((byte)'\n');
        if (length < 0)
            throw Error($"the name of a global does not end within {MaxGlobalLength} bytes");
        // A copy for the message and the look-up, both of which the next GLOBAL makes anew.
        _budget.ChargeString(2 * length);
        string line = Encoding.Latin1.GetString(rest[..length]);
        _at += length + 1;
        return line;
    }

    private TorchStorageReference FindStorage()
    {
        _budget.Charge(128);
        TorchStorageReference storage = TorchGlobals.FindStorage(Pop())
            ?? throw Error("a persistent id is not that of a torch storage");
        _onStorage?.Invoke(storage);
        return storage;
    }

    private void Reduce()
    {
        object? arguments = Pop();
        object? callee = Pop();
        if (callee is not PickleGlobal global || arguments is not PickleTuple tuple)
            throw Error("REDUCE without a global and a tuple of arguments");
        _budget.Charge(384);
        foreach (object? item in tuple.Items)
        {
            // The pairs of a dict, or the numbers of a shape.
            if (item is PickleList list)
                _budget.Charge(24L * list.Items.Count);
            else if (item is PickleTuple numbers)
                _budget.Charge(16L * numbers.Items.Length);
        }
        _stack.Push(TorchGlobals.Call(global, tuple) ?? throw Error(
            $"arguments that {(global.Kind == TorchGlobal.Storage ? "a storage type" : global.Kind)} does not take"));
    }

    // torch.save gives a state dict the attribute _metadata (versions of its modules), which says nothing about tensors.
    private void Build()
    {
        object? state = Pop();
        if (Peek() is not PickleDictionary { IsOrdered: true } || state is not PickleDictionary)
            throw Error("BUILD on something other than an OrderedDict");
    }

    private void Append(object?[] items)
    {
        if (Peek() is not PickleList list)
            throw Error("APPEND to something other than a list");
        _budget.Charge(32L * items.Length);
        list.Items.AddRange(items);
    }

    private void SetItems(object?[] items)
    {
        if (Peek() is not PickleDictionary dictionary)
            throw Error("SETITEM on something other than a dict");
        if (items.Length % 2 != 0)
            throw Error("SETITEMS with a key that has no value");
        _budget.Charge(32L * items.Length);
        for (int i = 0; i < items.Length; i += 2)
            dictionary.Pairs.Add((items[i], items[i + 1]));
    }

    private void Memorize(uint index)
    {
        _budget.Charge(72);
        _memo[index] = Peek();
    }

    private void Recall(uint index)
    {
        if (!_memo.TryGetValue(index, out object? value))
            throw Error($"nothing was memorized as {index}");
        _stack.Push(value);
    }

    private readonly object? Peek() => _stack.TryPeek(out object? item) ? item : throw Error("the stack is empty");

    private readonly object? Pop() => _stack.TryPop(out object? item) ? item : throw Error("the stack is empty");

    private readonly object?[] PopItems(int count) =>
        _stack.PopItems(count) ?? throw Error($"fewer than {count} objects on the stack");

    private readonly object?[] PopToMark() => _stack.PopToMark() ?? throw Error("no mark on the stack");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at)
            throw Error("the pickle is truncated");
        ReadOnlySpan<byte> taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    private readonly CheckpointFormatException Error(string problem, Exception? inner = null) =>
        new(_path, $"{problem} (pickle, byte {_opcodeAt})", inner);
}
