using System.Runtime.InteropServices;
using Google.Protobuf;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>Puts ONNX models together message by message; the numbers are the fields of onnx.proto.</summary>
internal sealed class OnnxFile
{
    public const int Float = 1;
    public const int Int64 = 7;

    private readonly MemoryStream _graph = new();

    /// <summary>A message of these fields.</summary>
    public static byte[] Message(Action<CodedOutputStream> write)
    {
        using MemoryStream bytes = new();
        using (CodedOutputStream output = new(bytes, leaveOpen: true))
            write(output);
        return bytes.ToArray();
    }

    public static void Bytes(CodedOutputStream output, int field, ReadOnlySpan<byte> bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }

    public static void Text(CodedOutputStream output, int field, string text)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
    }

    public static void Integer(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    /// <summary>A TensorProto with raw data, or with what <paramref name="data"/> writes instead.</summary>
    public static byte[] Tensor(string name, int type, long[] shape, ReadOnlyMemory<byte> raw, Action<CodedOutputStream>? data = null) => Message(o =>
    {
        foreach (long dimension in shape)
            Integer(o, 1, dimension);
        Integer(o, 2, type);
        Text(o, 8, name);
        if (data is null)
            Bytes(o, 9, raw.Span);
        else
            data(o);
    });

    public static byte[] Tensor(string name, long[] shape, float[] values) =>
        Tensor(name, Float, shape, MemoryMarshal.AsBytes<float>(values).ToArray());

    public static byte[] Tensor(string name, long[] shape, long[] values) =>
        Tensor(name, Int64, shape, MemoryMarshal.AsBytes<long>(values).ToArray());

    /// <summary>Floats that lie in another file; the entries are further keys, each followed by its value.</summary>
    public static byte[] External(string name, long[] shape, string location, params string[] entries) => Tensor(name, Float, shape, default, o =>
    {
        string[] all = ["location", location, .. entries];
        for (int i = 0; i < all.Length; i += 2)
        {
            (string key, string value) = (all[i], all[i + 1]);
            Bytes(o, 13, Message(e =>
            {
                Text(e, 1, key);
                Text(e, 2, value);
            }));
        }
        Integer(o, 14, 1);
    });

    public static byte[] Attribute(string name, long value) => Message(o =>
    {
        Text(o, 1, name);
        Integer(o, 3, value);
    });

    public static byte[] Attribute(string name, float value) => Message(o =>
    {
        Text(o, 1, name);
        o.WriteTag(2, WireFormat.WireType.Fixed32);
        o.WriteFloat(value);
    });

    public static byte[] Attribute(string name, string value) => Message(o =>
    {
        Text(o, 1, name);
        Text(o, 4, value);
    });

    public static byte[] Attribute(string name, params long[] values) => Message(o =>
    {
        Text(o, 1, name);
        foreach (long value in values)
            Integer(o, 8, value);
    });

    public static byte[] TensorAttribute(string name, byte[] tensor) => Message(o =>
    {
        Text(o, 1, name);
        Bytes(o, 5, tensor);
    });

    public OnnxFile Node(string type, string[] inputs, string[] outputs, params byte[][] attributes) =>
        Node("", type, inputs, outputs, attributes);

    public OnnxFile Node(string domain, string type, string[] inputs, string[] outputs, byte[][] attributes) => Add(1, Message(o =>
    {
        foreach (string input in inputs)
            Text(o, 1, input);
        foreach (string output in outputs)
            Text(o, 2, output);
        Text(o, 4, type);
        foreach (byte[] attribute in attributes)
            Bytes(o, 5, attribute);
        Text(o, 7, domain);
    }));

    public OnnxFile Initializer(byte[] tensor) => Add(5, tensor);

    public OnnxFile Input(string name, int rank) => Add(11, Value(name, rank));

    public OnnxFile Output(string name, int rank) => Add(12, Value(name, rank));

    public OnnxFile Add(int field, byte[] message)
    {
        _graph.Write(Message(o => Bytes(o, field, message)));
        return this;
    }

    /// <summary>The model: the graph, and an IR version before it.</summary>
    public byte[] ToBytes() => Message(o =>
    {
        Integer(o, 1, 8);
        Text(o, 2, "test");
        Bytes(o, 7, _graph.ToArray());
    });

    private static byte[] Value(string name, int rank) => Message(o =>
    {
        Text(o, 1, name);
        byte[] shape = Message(s =>
        {
            for (int i = 0; i < rank; i++)
                Bytes(s, 1, Message(d => Text(d, 2, $"d{i}")));
        });
        byte[] tensorType = Message(t =>
        {
            Integer(t, 1, Float);
            Bytes(t, 2, shape);
        });
        Bytes(o, 2, Message(t => Bytes(t, 1, tensorType)));
    });
}
