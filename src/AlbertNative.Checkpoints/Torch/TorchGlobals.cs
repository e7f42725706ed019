using System.Collections.Immutable;

namespace AlbertNative.Checkpoints;

/// <summary>What a global of a torch pickle means to this reader.</summary>
internal enum TorchGlobal
{
    /// <summary><c>collections.OrderedDict</c>.</summary>
    OrderedDictionary,

    /// <summary><c>torch._utils._rebuild_tensor_v2</c>: a tensor from a storage, an offset, a size and a stride.</summary>
    RebuildTensor,

    /// <summary><c>torch._utils._rebuild_parameter</c>: the tensor itself.</summary>
    RebuildParameter,

    /// <summary><c>torch.FloatStorage</c> and its kin: the element type of a storage.</summary>
    Storage,
}

/// <summary>
/// The whole of what a pickle may name and call. Each is interpreted here as data; nothing is looked up, imported
/// or executed, and every other name is refused.
/// </summary>
internal static class TorchGlobals
{
    private static readonly Dictionary<string, PickleGlobal> Known = new(StringComparer.Ordinal)
    {
        ["collections.OrderedDict"] = new(TorchGlobal.OrderedDictionary),
        ["torch._utils._rebuild_tensor_v2"] = new(TorchGlobal.RebuildTensor),
        ["torch._utils._rebuild_parameter"] = new(TorchGlobal.RebuildParameter),
        ["torch.DoubleStorage"] = new(TorchGlobal.Storage, TensorType.F64),
        ["torch.FloatStorage"] = new(TorchGlobal.Storage, TensorType.F32),
        ["torch.HalfStorage"] = new(TorchGlobal.Storage, TensorType.F16),
        ["torch.BFloat16Storage"] = new(TorchGlobal.Storage, TensorType.BF16),
        ["torch.LongStorage"] = new(TorchGlobal.Storage, TensorType.I64),
        ["torch.IntStorage"] = new(TorchGlobal.Storage, TensorType.I32),
        ["torch.ShortStorage"] = new(TorchGlobal.Storage, TensorType.I16),
        ["torch.CharStorage"] = new(TorchGlobal.Storage, TensorType.I8),
        ["torch.ByteStorage"] = new(TorchGlobal.Storage, TensorType.U8),
        ["torch.BoolStorage"] = new(TorchGlobal.Storage, TensorType.Bool),
    };

    /// <summary>The global of a name, or null where it is none of those that are interpreted.</summary>
    public static PickleGlobal? Find(string name) => Known.GetValueOrDefault(name);

    /// <summary>What calling a global with these arguments gives, or null where the arguments make no sense.</summary>
    public static object? Call(PickleGlobal callee, PickleTuple arguments) => callee.Kind switch
    {
        TorchGlobal.OrderedDictionary => CreateOrderedDictionary(arguments.Items),
        TorchGlobal.RebuildTensor => RebuildTensor(arguments.Items),
        TorchGlobal.RebuildParameter => RebuildParameter(arguments.Items),
        _ => null,
    };

    /// <summary>The storage that a persistent id names, or null where it names none.</summary>
    public static TorchStorageReference? FindStorage(object? id)
    {
        // ("storage", type, key, location, element count), and in legacy files a view: None or (key, offset, count).
        if (id is not PickleTuple { Items: ["storage", PickleGlobal { Kind: TorchGlobal.Storage } type, string key, string, long count, .. object?[] rest] }
            || count < 0)
        {
            return null;
        }
        return rest switch
        {
            [] or [null] => new TorchStorageReference(type.StorageType, key, count, 0, count),
            [PickleTuple { Items: [string, long offset, long length] }]
                when offset >= 0 && length >= 0 && length <= count && offset <= count - length
                => new TorchStorageReference(type.StorageType, key, count, offset, length),
            _ => null,
        };
    }

    private static PickleDictionary? CreateOrderedDictionary(object?[] arguments)
    {
        if (arguments is [])
            return new PickleDictionary([], IsOrdered: true);
        // Python 2 passes the pairs as a list of lists.
        if (arguments is not [PickleList pairs])
            return null;
        List<(object?, object?)> items = new(pairs.Items.Count);
        foreach (object? pair in pairs.Items)
        {
            switch (pair)
            {
                case PickleList { Items: [object key, var value] }:
                    items.Add((key, value));
                    break;
                case PickleTuple { Items: [object key, var value] }:
                    items.Add((key, value));
                    break;
                default:
                    return null;
            }
        }
        return new PickleDictionary(items, IsOrdered: true);
    }

    // (storage, offset, size, stride, requires_grad, backward_hooks[, metadata]): the metadata of newer versions
    // says that the values are conjugated or negated, which no checkpoint of a model is.
    private static TorchTensorReference? RebuildTensor(object?[] arguments)
    {
        if (arguments is not [TorchStorageReference storage, long offset, PickleTuple size, PickleTuple stride, bool, var hooks, .. object?[] rest]
            || !IsEmpty(hooks) || rest is not ([] or [null] or [PickleDictionary { Pairs: [] }])
            || offset < 0 || size.Items.Length > TensorShape.MaxRank || stride.Items.Length != size.Items.Length
            || ReadNaturals(size) is not { } shape || ReadNaturals(stride) is not { } strides)
        {
            return null;
        }
        return new TorchTensorReference(storage, offset, shape, strides);
    }

    private static TorchTensorReference? RebuildParameter(object?[] arguments) =>
        arguments is [TorchTensorReference tensor, bool, var hooks] && IsEmpty(hooks) ? tensor : null;

    private static bool IsEmpty(object? hooks) => hooks is null or PickleDictionary { Pairs: [] };

    private static ImmutableArray<long>? ReadNaturals(PickleTuple tuple)
    {
        ImmutableArray<long>.Builder numbers = ImmutableArray.CreateBuilder<long>(tuple.Items.Length);
        foreach (object? item in tuple.Items)
        {
            if (item is not (long and >= 0 and var number))
                return null;
            numbers.Add(number);
        }
        return numbers.MoveToImmutable();
    }
}
