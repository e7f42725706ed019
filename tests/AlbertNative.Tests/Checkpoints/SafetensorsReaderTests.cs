using System.Buffers;
using AlbertNative.Checkpoints;

namespace AlbertNative.Tests.Checkpoints;

public sealed class SafetensorsReaderTests
{
    private const string TwoTensors =
        """{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""";

    [Fact]
    public void Tensors_come_with_names_shapes_values_and_metadata()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("model.safetensors", SafetensorsFile.Bytes(TwoTensors, SafetensorsFile.Floats(1, 2, -3)));

        using Checkpoint checkpoint = Checkpoint.Open(folder.Path);

        Assert.Equal(path, checkpoint.Source);
        Assert.Equal("pt", checkpoint.Metadata["format"]);
        Assert.Equal(["b", "a"], checkpoint.Tensors.Select(t => t.Name));
        Assert.True(checkpoint.TryGet("a", out CheckpointTensor? scalar));
        Assert.Empty(scalar.Shape);
        Assert.Equal(1, scalar.ElementCount);
        Assert.True(checkpoint.TryGet("b", out CheckpointTensor? pair));
        float[] values = new float[2];
        pair.CopyTo(values);
        Assert.Equal([2f, -3f], values);
    }

    [Fact]
    public void Use_after_dispose_throws_and_a_pin_outlives_it()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("x.safetensors", SafetensorsFile.Bytes(TwoTensors + "   ", SafetensorsFile.Floats(1, 2, -3)));
        Checkpoint checkpoint = Checkpoint.Open(path);
        Assert.True(checkpoint.TryGet("b", out CheckpointTensor? tensor));
        bool mapped = tensor.TryGetMemory(out ReadOnlyMemory<float> memory);
        ReadOnlySpan<float> pinned = mapped ? memory.Span : default;
        MemoryHandle pin = mapped ? memory.Pin() : default;

        checkpoint.Dispose();
        checkpoint.Dispose();

        if (mapped)
            Assert.Equal([2f, -3f], pinned.ToArray());
        pin.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.CopyTo(new float[2]));
        Assert.Throws<ObjectDisposedException>(() => tensor.TryGetMemory(out ReadOnlyMemory<byte> _));
        if (mapped)
            Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
    }
}
