using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;

namespace AlbertNative.Testing;

/// <summary>Compares two containers of one checkpoint bit for bit.</summary>
internal static class CheckpointComparison
{
    /// <summary>
    /// Asserts that every tensor of <paramref name="directory"/> is that of <paramref name="reference"/> (F32),
    /// rounded where it is stored in 16 bits, under the names that the containers of the formats folder give.
    /// </summary>
    /// <returns>The number of tensors.</returns>
    public static int AssertSame(string reference, string directory)
    {
        using Checkpoint expected = Checkpoint.Open(reference);
        using Checkpoint actual = Checkpoint.Open(directory);
        foreach (CheckpointTensor tensor in actual.Tensors)
        {
            CheckpointTensor? original = Find(expected, tensor.Name);
            Assert.True(original is not null, $"{actual.Source}: {tensor.Name} is not in {expected.Source}");
            Assert.Equal(original.Shape, tensor.Shape);
            if (tensor.Type.IsFloatingPoint)
                AssertSameFloats(tensor, Floats(original), Floats(tensor));
            else
                Assert.Equal(Integers(original), Integers(tensor));
        }
        return actual.Tensors.Count;
    }

    /// <summary>The elements of a tensor as floats.</summary>
    public static float[] Floats(CheckpointTensor tensor)
    {
        float[] values = new float[tensor.ElementCount];
        tensor.CopyTo(values);
        return values;
    }

    /// <summary>The elements of a tensor as doubles, of which F64 loses no bit.</summary>
    public static double[] Doubles(CheckpointTensor tensor)
    {
        if (tensor.Type != TensorType.F64)
            return Array.ConvertAll(Floats(tensor), value => (double)value);
        double[] values = new double[tensor.ElementCount];
        tensor.CopyBytesTo(0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>The elements of a tensor of integers.</summary>
    public static long[] Integers(CheckpointTensor tensor)
    {
        long[] values = new long[tensor.ElementCount];
        tensor.CopyTo(values);
        return values;
    }

    /// <summary>A number as a type of 16 bits holds it; as it is in any other.</summary>
    public static float Round(TensorType type, float value)
    {
        if (type == TensorType.F16)
            return (float)(Half)value;
        if (type != TensorType.BF16)
            return value;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        // To nearest, ties to even, as in PyTorch.
        uint rounded = bits + 0x7FFF + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(rounded & 0xFFFF0000);
    }

    private static void AssertSameFloats(CheckpointTensor tensor, float[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            uint wanted = BitConverter.SingleToUInt32Bits(Round(tensor.Type, expected[i]));
            uint found = BitConverter.SingleToUInt32Bits(actual[i]);
            if (wanted != found)
                Assert.Fail($"{tensor} element {i}: {wanted:X8} expected, {found:X8} found");
        }
    }

    // Wrappers add "module.", bare models lack "albert."; safetensors leaves tied copies out, PyTorch keeps them.
    private static CheckpointTensor? Find(Checkpoint checkpoint, string name)
    {
        string bare = name.StartsWith("module.", StringComparison.Ordinal) ? name["module.".Length..] : name;
        string tied = bare switch
        {
            "predictions.decoder.weight" => "albert.embeddings.word_embeddings.weight",
            "predictions.decoder.bias" => "predictions.bias",
            "predictions.bias" => "predictions.decoder.bias",
            _ => bare,
        };
        foreach (string candidate in (string[])[bare, "albert." + bare, tied])
        {
            if (checkpoint.TryGet(candidate, out CheckpointTensor? tensor))
                return tensor;
        }
        return null;
    }
}
