using System.Collections.Immutable;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.Cli;

/// <summary>
/// A batch as other implementations take it: padded rows under a mask, [batch, columns], or with several choices a
/// question, [batch, choices, columns].
/// </summary>
internal sealed class RectangularBatch
{
    private readonly int[] _inputIds;
    private readonly int[]? _attentionMask;
    private readonly int[]? _tokenTypeIds;

    public RectangularBatch(ImmutableArray<long> shape, int[] inputIds, int[]? attentionMask, int[]? tokenTypeIds)
    {
        Shape = shape;
        Columns = (int)shape[^1];
        SequenceCount = inputIds.Length / Columns;
        _inputIds = inputIds;
        _attentionMask = attentionMask;
        _tokenTypeIds = tokenTypeIds;
    }

    /// <summary>[batch, columns] or [batch, choices, columns].</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Number of rows, all choices counted.</summary>
    public int SequenceCount { get; }

    public int Columns { get; }

    /// <summary>Appends one row to <paramref name="batch"/>.</summary>
    public void AddTo(TokenBatch batch, int sequence)
    {
        int start = sequence * Columns;
        batch.Add(_inputIds.AsSpan(start, Columns), Row(_tokenTypeIds), Row(_attentionMask));

        ReadOnlySpan<int> Row(int[]? values) => values is null ? default : values.AsSpan(start, Columns);
    }

    /// <summary>Reads <c>input_ids</c> and, where they are there, <c>attention_mask</c> and <c>token_type_ids</c>.</summary>
    /// <exception cref="CheckpointFormatException">A tensor is missing or has the wrong type, shape or range, or an input is not supported.</exception>
    public static RectangularBatch Read(string path)
    {
        using Checkpoint file = Checkpoint.Open(path);
        foreach (string name in (ReadOnlySpan<string>)["position_ids", "inputs_embeds", "head_mask"])
        {
            if (file.TryGet(name, out _))
                throw new CheckpointFormatException(path, $"the input {name} is not supported");
        }
        if (!file.TryGet("input_ids", out CheckpointTensor? ids))
            throw new CheckpointFormatException(path, "holds no input_ids, expected [batch, sequence] of I64 or I32");
        if (ids.Shape.Length is not (2 or 3) || ids.ElementCount == 0)
        {
            throw new CheckpointFormatException(path,
                $"input_ids is [{string.Join(", ", ids.Shape)}], expected [batch, sequence] or [batch, choices, sequence]");
        }
        return new RectangularBatch(
            ids.Shape, Integers(path, ids), Optional(path, file, "attention_mask", ids), Optional(path, file, "token_type_ids", ids));
    }

    private static int[]? Optional(string path, Checkpoint file, string name, CheckpointTensor ids)
    {
        if (!file.TryGet(name, out CheckpointTensor? tensor))
            return null;
        return tensor.Shape.AsSpan().SequenceEqual(ids.Shape.AsSpan())
            ? Integers(path, tensor)
            : throw new CheckpointFormatException(path,
                $"{name} is [{string.Join(", ", tensor.Shape)}], expected input_ids' [{string.Join(", ", ids.Shape)}]");
    }

    private static int[] Integers(string path, CheckpointTensor tensor)
    {
        if (tensor.Type is not (TensorType.I64 or TensorType.I32))
            throw new CheckpointFormatException(path, $"{tensor.Name} is {tensor.Type}, expected I64 or I32");
        if (tensor.ElementCount > Array.MaxLength)
            throw new CheckpointFormatException(path, $"{tensor.Name} has {tensor.ElementCount} elements, more than one run can hold");
        long[] wide = new long[tensor.ElementCount];
        tensor.CopyTo(wide);
        int[] values = new int[wide.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (wide[i] != (int)wide[i])
                throw new CheckpointFormatException(path, $"{tensor.Name} is {wide[i]} at element {i}, expected 32 bits");
            values[i] = (int)wide[i];
        }
        return values;
    }
}
