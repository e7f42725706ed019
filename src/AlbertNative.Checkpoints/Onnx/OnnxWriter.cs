using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Writes an ONNX file: nodes and values are announced in the order of execution, initializers with who writes their
/// bytes, so that no weight is held longer than its turn takes. The same calls give the same bytes. Not safe for use from
/// several threads.
/// </summary>
/// <remarks>Format: onnx.proto, https://github.com/onnx/onnx, whose field numbers stand here.</remarks>
public sealed class OnnxWriter
{
    /// <summary>A protocol buffer has at most 2 GB.</summary>
    private const long MaxBytes = int.MaxValue;

    // ModelProto.
    private const int IrVersion = 1;
    private const int ProducerName = 2;
    private const int Graph = 7;
    private const int OperatorSet = 8;
    private const int MetadataEntry = 14;

    // GraphProto.
    private const int GraphNode = 1;
    private const int GraphName = 2;
    private const int GraphInitializer = 5;
    private const int GraphInput = 11;
    private const int GraphOutput = 12;

    private readonly string _name;
    private readonly int _operatorSet;
    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _inputs = [];
    private readonly List<byte[]> _outputs = [];
    private readonly Dictionary<string, Initializer> _initializers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private sealed record Initializer(string Name, byte[] Header, long ByteCount, Action<Stream> Write);

    /// <summary>Creates a writer.</summary>
    /// <param name="graphName">What the graph is called.</param>
    /// <param name="operatorSet">The version of ONNX's operators that the nodes are of.</param>
    public OnnxWriter(string graphName, int operatorSet)
    {
        ArgumentException.ThrowIfNullOrEmpty(graphName);
        ArgumentOutOfRangeException.ThrowIfLessThan(operatorSet, 1);
        _name = graphName;
        _operatorSet = operatorSet;
    }

    /// <summary>Sets a string of the model's metadata.</summary>
    public void SetMetadata(string key, string value) => _metadata[key] = value;

    /// <summary>Adds an input of the graph.</summary>
    /// <param name="name">The value's name.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="dimensions">Its dimensions: numbers, or names of what varies.</param>
    public void AddInput(string name, TensorType type, params ReadOnlySpan<string> dimensions) =>
        _inputs.Add(Value(name, type, dimensions));

    /// <summary>Adds an output of the graph.</summary>
    /// <inheritdoc cref="AddInput"/>
    public void AddOutput(string name, TensorType type, params ReadOnlySpan<string> dimensions) =>
        _outputs.Add(Value(name, type, dimensions));

    /// <summary>Adds an operation.</summary>
    /// <param name="operation">The operator, as in <c>MatMul</c>.</param>
    /// <param name="name">The node's name.</param>
    /// <param name="inputs">The values that it reads.</param>
    /// <param name="outputs">The values that it makes.</param>
    /// <param name="attributes">Its attributes; of each, the one member that is set.</param>
    public void AddNode(
        string operation, string name, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        using MemoryStream node = new();
        foreach (string input in inputs)
            WriteText(node, 1, input);
        foreach (string output in outputs)
            WriteText(node, 2, output);
        WriteText(node, 3, name);
        WriteText(node, 4, operation);
        foreach (OnnxAttribute attribute in attributes)
            WriteMessage(node, 5, Attribute(attribute));
        _nodes.Add(node.ToArray());
    }

    /// <summary>Announces a constant whose bytes (row-major, little-endian) a delegate writes when the file is saved.</summary>
    /// <param name="name">The value's name, new to this writer.</param>
    /// <param name="type">The type of the elements.</param>
    /// <param name="shape">The dimensions; none for a scalar.</param>
    /// <param name="write">Called once for each <see cref="Save"/>; writes exactly the bytes of the shape.</param>
    /// <exception cref="ArgumentException">The name is taken, or the shape negative or too large.</exception>
    public void AddInitializer(string name, TensorType type, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(write);
        foreach (long dimension in shape)
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
        if (!TensorShape.TryCount(shape, type.Size, out long count))
            throw new ArgumentException($"initializer '{name}' with shape [{string.Join(", ", shape.ToArray())}] is too large", nameof(shape));
        using MemoryStream header = new();
        foreach (long dimension in shape)
            WriteInteger(header, 1, dimension);
        WriteInteger(header, 2, DataType(type));
        WriteText(header, 8, name);
        if (!_initializers.TryAdd(name, new Initializer(name, header.ToArray(), count * type.Size, write)))
            throw new ArgumentException($"initializer '{name}' has been added before", nameof(name));
    }

    /// <summary>Adds a constant of floats.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void AddInitializer(string name, ReadOnlySpan<long> shape, float[] values) =>
        AddInitializer(name, TensorType.F32, shape, stream => stream.Write(MemoryMarshal.AsBytes<float>(values)));

    /// <summary>Adds a constant of integers.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void AddInitializer(string name, ReadOnlySpan<long> shape, long[] values) =>
        AddInitializer(name, TensorType.I64, shape, stream => stream.Write(MemoryMarshal.AsBytes<long>(values)));

    /// <summary>
    /// Writes the file: beside its final place, and renamed when it is complete, so that there is never half a file under
    /// its name. Nothing is left behind where this throws.
    /// </summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="progress">Told the number of bytes of initializers written so far.</param>
    /// <param name="cancellationToken">Looked at between writes.</param>
    /// <exception cref="NotSupportedException">The model is larger than the 2 GB that such a file can be.</exception>
    /// <exception cref="InvalidOperationException">A delegate wrote more or fewer bytes than its initializer has.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="IOException">The file's directory does not exist, or the file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be written there.</exception>
    public void Save(string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] head = Head();
        byte[] graphHead = GraphHead();
        // Each initializer is a message of the graph: its header, then the tag and length of its bytes, and they themselves.
        Initializer[] initializers = [.. _initializers.Values];
        long graphLength = graphHead.Length + initializers.Sum(i => FieldLength(GraphInitializer, TensorLength(i)));
        long length = head.Length + FieldLength(Graph, graphLength);
        if (length > MaxBytes)
            throw new NotSupportedException($"the model would be {length} bytes long, an ONNX file has at most {MaxBytes}: write it in fewer bits or as safetensors");
        using PartialFile file = PartialFile.Create(path);
        file.Stream.Write(head);
        WriteStart(file.Stream, Graph, graphLength);
        file.Stream.Write(graphHead);
        long written = 0;
        foreach (Initializer initializer in initializers)
        {
            WriteStart(file.Stream, GraphInitializer, TensorLength(initializer));
            file.Stream.Write(initializer.Header);
            WriteStart(file.Stream, 9, initializer.ByteCount);
            using TensorStream stream = new(file.Stream, initializer.Name, initializer.ByteCount, written, progress, cancellationToken);
            initializer.Write(stream);
            stream.RequireComplete();
            written += initializer.ByteCount;
        }
        cancellationToken.ThrowIfCancellationRequested();
        file.Commit();
    }

    private byte[] Head()
    {
        using MemoryStream head = new();
        // The version of the format that came with operator set 14.
        WriteInteger(head, IrVersion, 7);
        WriteText(head, ProducerName, "AlbertNative");
        using MemoryStream operators = new();
        WriteText(operators, 1, "");
        WriteInteger(operators, 2, _operatorSet);
        WriteMessage(head, OperatorSet, operators.ToArray());
        foreach ((string key, string value) in _metadata)
        {
            using MemoryStream entry = new();
            WriteText(entry, 1, key);
            WriteText(entry, 2, value);
            WriteMessage(head, MetadataEntry, entry.ToArray());
        }
        return head.ToArray();
    }

    private byte[] GraphHead()
    {
        using MemoryStream head = new();
        foreach (byte[] node in _nodes)
            WriteMessage(head, GraphNode, node);
        WriteText(head, GraphName, _name);
        foreach (byte[] input in _inputs)
            WriteMessage(head, GraphInput, input);
        foreach (byte[] output in _outputs)
            WriteMessage(head, GraphOutput, output);
        return head.ToArray();
    }

    // AttributeProto: the type says which member is set.
    private static byte[] Attribute(OnnxAttribute attribute)
    {
        using MemoryStream message = new();
        WriteText(message, 1, attribute.Name);
        if (attribute.Float is { } number)
        {
            WriteField(message, 2, WireFormat.WireType.Fixed32, output => output.WriteFloat(number));
            WriteInteger(message, 20, 1);
        }
        else if (attribute.Integer is { } integer)
        {
            WriteInteger(message, 3, integer);
            WriteInteger(message, 20, 2);
        }
        else if (attribute.Text is { } text)
        {
            WriteText(message, 4, text);
            WriteInteger(message, 20, 3);
        }
        else
        {
            foreach (long entry in attribute.Integers)
                WriteInteger(message, 8, entry);
            WriteInteger(message, 20, 7);
        }
        return message.ToArray();
    }

    // ValueInfoProto: name 1, type 2; TypeProto: tensor_type 1; its elem_type 1 and shape 2; the shape's dim 1.
    private static byte[] Value(string name, TensorType type, ReadOnlySpan<string> dimensions)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        using MemoryStream shape = new();
        foreach (string dimension in dimensions)
        {
            using MemoryStream message = new();
            if (long.TryParse(dimension, NumberStyles.None, CultureInfo.InvariantCulture, out long size))
                WriteInteger(message, 1, size);
            else
                WriteText(message, 2, dimension);
            WriteMessage(shape, 1, message.ToArray());
        }
        using MemoryStream tensor = new();
        WriteInteger(tensor, 1, DataType(type));
        WriteMessage(tensor, 2, shape.ToArray());
        using MemoryStream any = new();
        WriteMessage(any, 1, tensor.ToArray());
        using MemoryStream value = new();
        WriteText(value, 1, name);
        WriteMessage(value, 2, any.ToArray());
        return value.ToArray();
    }

    private static long TensorLength(Initializer initializer) => initializer.Header.Length + FieldLength(9, initializer.ByteCount);

    private static long FieldLength(int field, long length) =>
        CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeUInt64Size((ulong)length) + length;

    private static void WriteStart(Stream stream, int field, long length) =>
        WriteField(stream, field, WireFormat.WireType.LengthDelimited, output => output.WriteUInt64((ulong)length));

    private static void WriteMessage(Stream stream, int field, byte[] message)
    {
        WriteStart(stream, field, message.Length);
        stream.Write(message);
    }

    private static void WriteText(Stream stream, int field, string text) =>
        WriteField(stream, field, WireFormat.WireType.LengthDelimited, output => output.WriteString(text));

    private static void WriteInteger(Stream stream, int field, long value) =>
        WriteField(stream, field, WireFormat.WireType.Varint, output => output.WriteInt64(value));

    private static void WriteField(Stream stream, int field, WireFormat.WireType type, Action<CodedOutputStream> write)
    {
        using CodedOutputStream output = new(stream, bufferSize: 64, leaveOpen: true);
        output.WriteTag(field, type);
        write(output);
    }

    // TensorProto.DataType.
    private static int DataType(TensorType type) => type switch
    {
        TensorType.F32 => 1,
        TensorType.U8 => 2,
        TensorType.I8 => 3,
        TensorType.I16 => 5,
        TensorType.I32 => 6,
        TensorType.I64 => 7,
        TensorType.Bool => 9,
        TensorType.F16 => 10,
        TensorType.F64 => 11,
        TensorType.BF16 => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a tensor type"),
    };
}
