using System.Collections.Immutable;

namespace AlbertNative.Checkpoints;

/// <summary>
/// The tensors of an unpickled object: a state dict (names to tensors), or a training checkpoint that has one
/// under <c>state_dict</c> or <c>model</c>. Every view is checked against the storage that is really there.
/// </summary>
internal sealed class TorchStateDictionary(
    MappedFile file, AllocationBudget budget, Func<TorchStorageReference, TensorStorage> findStorage, bool isBigEndian)
{
    private const int MaxWrappers = 4;

    private static readonly string[] WrapperKeys = ["state_dict", "model"];

    public ImmutableArray<CheckpointTensor> Read(object? root)
    {
        PickleDictionary dictionary = Unwrap(root);
        ImmutableArray<CheckpointTensor>.Builder tensors = ImmutableArray.CreateBuilder<CheckpointTensor>();
        foreach ((object? key, object? value) in dictionary.Pairs)
        {
            if (key is not string name)
                throw Error($"the state dict has a key that is {Describe(key)}, expected names of tensors");
            TensorName.CheckLength(file.Path, name.Length);
            if (value is not TorchTensorReference tensor)
                throw Error($"entry '{name}' of the state dict is {Describe(value)}, expected a tensor");
            tensors.Add(CreateTensor(name, tensor));
        }
        return tensors.DrainToImmutable();
    }

    private PickleDictionary Unwrap(object? root)
    {
        object? value = root;
        // A dict may hold itself, so the way down has an end.
        for (int depth = 0; depth <= MaxWrappers; depth++)
        {
            if (value is not PickleDictionary dictionary)
                throw Error($"the file holds {Describe(value)}, expected a state dict");
            if (dictionary.Pairs.Count == 0 || dictionary.Pairs.Exists(p => p.Value is TorchTensorReference))
                return dictionary;
            value = FindWrapped(dictionary)
                ?? throw Error($"the file holds a dict with neither tensors nor one of the keys {string.Join(", ", WrapperKeys)}");
        }
        throw Error($"the state dict is wrapped more than {MaxWrappers} times");
    }

    private static PickleDictionary? FindWrapped(PickleDictionary dictionary)
    {
        foreach (string wrapper in WrapperKeys)
        {
            foreach ((object? key, object? value) in dictionary.Pairs)
            {
                if (key is string name && name == wrapper && value is PickleDictionary wrapped)
                    return wrapped;
            }
        }
        return null;
    }

    private CheckpointTensor CreateTensor(string name, TorchTensorReference tensor)
    {
        budget.ChargeTensor(name, tensor.Shape.Length);
        TorchStorageReference reference = tensor.Storage;
        TensorName.CheckLength(file.Path, reference.Key.Length);
        TensorStorage storage = findStorage(reference);
        int size = reference.Type.Size;
        if (storage.Length / size != reference.Count)
            throw Error($"tensor '{name}': storage '{reference.Key}' has {storage.Length} bytes, said to be {reference.Count} elements of {reference.Type}");
        if (!TensorShape.TryCount(tensor.Shape, size, out long count) || !Fits(tensor, count))
        {
            throw Error($"tensor '{name}' with shape [{string.Join(", ", tensor.Shape)}], strides [{string.Join(", ", tensor.Strides)}] "
                + $"and offset {tensor.Offset} reaches past its storage of {reference.ViewCount} elements");
        }
        // A stride of 0 shows one element many times, and many tensors may show one storage: both are legal to a degree.
        budget.ChargeElements(name, reference.Type, count);
        long offset = reference.ViewOffset + tensor.Offset;
        return new CheckpointTensor(
            name, reference.Type, storage, new TensorLayout(tensor.Shape, count, offset, tensor.Strides, isBigEndian));
    }

    private static bool Fits(TorchTensorReference tensor, long count)
    {
        if (count == 0)
            return tensor.Offset <= tensor.Storage.ViewCount;
        Int128 last = tensor.Offset;
        for (int i = 0; i < tensor.Shape.Length; i++)
        {
            last += (Int128)(tensor.Shape[i] - 1) * tensor.Strides[i];
            if (last >= tensor.Storage.ViewCount)
                return false;
        }
        return last < tensor.Storage.ViewCount;
    }

    private static string Describe(object? value) => value switch
    {
        null => "None",
        string => "a string",
        long => "an int",
        double => "a float",
        bool => "a bool",
        PickleTuple => "a tuple",
        PickleList => "a list",
        PickleDictionary => "a dict",
        TorchTensorReference => "a tensor",
        TorchStorageReference => "a storage",
        _ => "a global",
    };

    private CheckpointFormatException Error(string problem) => new(file.Path, problem);
}
