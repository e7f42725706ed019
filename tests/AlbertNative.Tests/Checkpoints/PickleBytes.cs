using System.Buffers.Binary;
using System.Text;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>Puts protocol 2 pickles together opcode by opcode, as torch.save or an attacker would.</summary>
internal sealed class PickleBytes
{
    private readonly MemoryStream _bytes = new();

    public PickleBytes() => Raw(0x80, 2);

    public PickleBytes Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public PickleBytes Op(params ReadOnlySpan<char> opcodes)
    {
        foreach (char opcode in opcodes)
            _bytes.WriteByte((byte)opcode);
        return this;
    }

    public PickleBytes Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Op('X').Raw(length).Raw(utf8);
    }

    public PickleBytes Int(long value)
    {
        Span<byte> digits = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(digits, value);
        return Raw(0x8A, 8).Raw(digits);
    }

    public PickleBytes Global(string module, string name) => Op('c').Raw(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));

    public PickleBytes Ints(params ReadOnlySpan<long> values)
    {
        Op('(');
        foreach (long value in values)
            Int(value);
        return Op('t');
    }

    /// <summary>A persistent id; legacy files have a view as its sixth member, written by <paramref name="view"/>.</summary>
    public PickleBytes Storage(string key, long count, string type = "FloatStorage", Action<PickleBytes>? view = null)
    {
        Op('(').Text("storage").Global("torch", type).Text(key).Text("cpu").Int(count);
        view?.Invoke(this);
        return Op('t', 'Q');
    }

    /// <summary><c>_rebuild_tensor_v2</c> of the storage that <paramref name="storage"/> writes.</summary>
    public PickleBytes Tensor(Action<PickleBytes> storage, long offset, long[] shape, long[] strides)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op('(');
        storage(this);
        return Int(offset).Ints(shape).Ints(strides).Raw(0x89).Global("collections", "OrderedDict").Op(')', 'R', 't', 'R');
    }

    /// <summary>A dict with the entries that <paramref name="entries"/> writes.</summary>
    public PickleBytes Dictionary(Action<PickleBytes> entries)
    {
        Op('}', '(');
        entries(this);
        return Op('u');
    }

    public byte[] Stop()
    {
        Op('.');
        return _bytes.ToArray();
    }

    /// <summary>A state dict with one float tensor "a" over storage "0".</summary>
    public static byte[] OneTensor(long count, long offset, long[] shape, long[] strides, string type = "FloatStorage") =>
        new PickleBytes().Dictionary(d => d.Text("a").Tensor(s => s.Storage("0", count, type), offset, shape, strides)).Stop();
}
