using Google.Protobuf;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Reads the part of onnx.proto that weights and the use made of them take: the main graph's nodes, initializers,
/// inputs and outputs. The numbers of fields are those of onnx.proto.
/// </summary>
internal sealed class OnnxReader : IDisposable
{
    private const int ModelGraph = 7;

    // An ALBERT of 48 layers has some thousands. Following a graph takes memory for each.
    private const int MaxNodes = 100_000;
    private const int MaxNodeValues = 500_000;

    private readonly MappedFile _file;
    private readonly AllocationBudget _budget;
    private readonly ProtoCursor _cursor;
    private readonly OnnxTensorReader _tensors;
    private readonly List<CheckpointTensor> _initializers = [];
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxValue> _inputs = [];
    private readonly List<OnnxValue> _outputs = [];
    private readonly List<string> _nodeInputs = [];
    private readonly List<string> _nodeOutputs = [];
    private readonly List<OnnxAttribute> _attributes = [];
    private readonly List<long> _integers = [];
    private int _nodeValues;

    /// <param name="files">The mapped model; files of external data are added to it, and stay the caller's to dispose.</param>
    public OnnxReader(List<MappedFile> files)
    {
        _file = files[0];
        _budget = new AllocationBudget(_file.Path, _file.Length);
        _cursor = new ProtoCursor(_file, _budget);
        _tensors = new OnnxTensorReader(_cursor, _budget, files);
    }

    public OnnxGraphParts Read()
    {
        bool graphSeen = false;
        while (_cursor.MoveNext(_file.Length))
        {
            if (_cursor.Field != (ModelGraph, WireFormat.WireType.LengthDelimited))
            {
                _cursor.Skip(_file.Length);
                continue;
            }
            if (graphSeen)
                throw _cursor.Error("the model has two graphs");
            graphSeen = true;
            ReadGraph(_cursor.Enter(_file.Length));
        }
        return graphSeen
            ? new OnnxGraphParts(_initializers, _nodes, _inputs, _outputs)
            : throw _cursor.Error("an ONNX model without a graph");
    }

    public void Dispose() => _cursor.Dispose();

    private void ReadGraph(long end)
    {
        while (_cursor.MoveNext(end))
        {
            switch (_cursor.Field)
            {
                case (1, WireFormat.WireType.LengthDelimited):
                    _nodes.Add(ReadNode(_cursor.Enter(end)));
                    break;
                case (5, WireFormat.WireType.LengthDelimited):
                    _initializers.Add(_tensors.Read(_cursor.Enter(end), required: true)!);
                    break;
                case (11, WireFormat.WireType.LengthDelimited):
                    _inputs.Add(ReadValue(_cursor.Enter(end)));
                    break;
                case (12, WireFormat.WireType.LengthDelimited):
                    _outputs.Add(ReadValue(_cursor.Enter(end)));
                    break;
                case (15, WireFormat.WireType.LengthDelimited):
                    throw _cursor.Error("the graph has sparse initializers, which are not supported");
                default:
                    _cursor.Skip(end);
                    break;
            }
        }
    }

    private OnnxNode ReadNode(long end)
    {
        string type = "";
        string domain = "";
        string name = "";
        _nodeInputs.Clear();
        _nodeOutputs.Clear();
        _attributes.Clear();
        while (_cursor.MoveNext(end))
        {
            switch (_cursor.Field)
            {
                case (1, WireFormat.WireType.LengthDelimited):
                    _nodeInputs.Add(_cursor.ReadText(end));
                    break;
                case (2, WireFormat.WireType.LengthDelimited):
                    _nodeOutputs.Add(_cursor.ReadText(end));
                    break;
                case (3, WireFormat.WireType.LengthDelimited):
                    name = _cursor.ReadText(end);
                    break;
                case (4, WireFormat.WireType.LengthDelimited):
                    type = _cursor.ReadText(end);
                    break;
                case (5, WireFormat.WireType.LengthDelimited):
                    _attributes.Add(ReadAttribute(_cursor.Enter(end)));
                    break;
                case (7, WireFormat.WireType.LengthDelimited):
                    domain = _cursor.ReadText(end);
                    break;
                default:
                    _cursor.Skip(end);
                    break;
            }
        }
        _nodeValues += _nodeInputs.Count + _nodeOutputs.Count;
        if (_nodes.Count == MaxNodes || _nodeValues > MaxNodeValues)
            throw _cursor.Error($"the graph has more than {MaxNodes} nodes, or {MaxNodeValues} inputs and outputs of nodes");
        _budget.Charge(160 + (16L * (_nodeInputs.Count + _nodeOutputs.Count + _attributes.Count)));
        return new OnnxNode(type, domain, name, [.. _nodeInputs], [.. _nodeOutputs], [.. _attributes]);
    }

    private OnnxAttribute ReadAttribute(long end)
    {
        _budget.Charge(112);
        string name = "";
        float? number = null;
        long? integer = null;
        string? text = null;
        CheckpointTensor? tensor = null;
        _integers.Clear();
        bool isList = false;
        while (_cursor.MoveNext(end))
        {
            switch (_cursor.Field)
            {
                case (1, WireFormat.WireType.LengthDelimited):
                    name = _cursor.ReadText(end);
                    break;
                case (2, WireFormat.WireType.Fixed32):
                    number = _cursor.ReadFloat();
                    break;
                case (3, WireFormat.WireType.Varint):
                    integer = _cursor.ReadInteger();
                    break;
                case (4, WireFormat.WireType.LengthDelimited):
                    text = _cursor.ReadText(end);
                    break;
                case (5, WireFormat.WireType.LengthDelimited):
                    tensor = _tensors.Read(_cursor.Enter(end), required: false);
                    break;
                case (8, WireFormat.WireType.Varint or WireFormat.WireType.LengthDelimited):
                    isList = true;
                    _cursor.ReadIntegers(end, _integers);
                    break;
                default:
                    _cursor.Skip(end);
                    break;
            }
        }
        return new OnnxAttribute(name)
        {
            Float = number,
            Integer = integer,
            Text = text,
            Tensor = tensor,
            Integers = isList ? [.. _integers] : default,
        };
    }

    // ValueInfoProto: name 1, type 2; TypeProto: tensor_type 1; its shape 2; the shape's dimensions 1.
    private OnnxValue ReadValue(long end)
    {
        string name = "";
        int? rank = null;
        _budget.Charge(64);
        while (_cursor.MoveNext(end))
        {
            if (_cursor.Field == (1, WireFormat.WireType.LengthDelimited))
                name = _cursor.ReadText(end);
            else if (_cursor.Field == (2, WireFormat.WireType.LengthDelimited))
                rank = ReadRank(_cursor.Enter(end), [1, 2, 1]);
            else
                _cursor.Skip(end);
        }
        return new OnnxValue(name, rank);
    }

    private int? ReadRank(long end, ReadOnlySpan<int> path)
    {
        int? rank = null;
        while (_cursor.MoveNext(end))
        {
            if (_cursor.Field != (path[0], WireFormat.WireType.LengthDelimited))
            {
                _cursor.Skip(end);
            }
            else if (path.Length > 1)
            {
                // A shape without dimensions is that of a scalar; a type without a shape says nothing.
                rank = ReadRank(_cursor.Enter(end), path[1..]) ?? (path.Length == 2 ? 0 : null);
            }
            else
            {
                rank = (rank ?? 0) + 1;
                _cursor.Skip(end);
            }
        }
        return rank;
    }
}
