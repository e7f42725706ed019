using AlbertNative.Checkpoints;

namespace AlbertNative.Tests.Checkpoints;

public sealed class TensorContentsTests
{
    [Fact]
    public void Tensors_have_one_number_where_type_shape_and_bits_are_the_same()
    {
        byte[] file = new OnnxFile()
            .Initializer(OnnxFile.Tensor("a", [2, 2], [1f, 2, 3, 4]))
            .Initializer(OnnxFile.Tensor("same", [2, 2], [1f, 2, 3, 4]))
            .Initializer(OnnxFile.Tensor("shape", [4, 1], [1f, 2, 3, 4]))
            .Initializer(OnnxFile.Tensor("bits", [2, 2], [1f, 2, 3, 5]))
            .Initializer(OnnxFile.Tensor("zero", [1], [0f]))
            .Initializer(OnnxFile.Tensor("negative zero", [1], [-0f]))
            .Initializer(OnnxFile.Tensor("type", 6, [1], new byte[4]))
            .Initializer(OnnxFile.Tensor("transposed", [2, 2], [1f, 3, 2, 4]))
            .Initializer(OnnxFile.Tensor("symmetric", [2, 2], [1f, 2, 2, 1]))
            .ToBytes();
        using TemporaryFolder folder = new();
        using OnnxCheckpoint onnx = OnnxCheckpoint.Open(folder.Write("m.onnx", file));
        TensorContents contents = new();
        Assert.Equal([0, 0, 1, 2, 3, 4, 5, 6, 7], onnx.Initializers.Select(contents.NumberOf));
        Assert.Equal([0, 0, 1, 2, 3, 4, 5, 6, 7], onnx.Initializers.Select(t => contents.NumberOf(t.Rename("b"))));
        Assert.Equal(6, contents.NumberOf(onnx.Initializers[0].Transpose("t")));
        Assert.Equal(0, contents.NumberOf(onnx.Initializers[7].Transpose("t")));
        Assert.Equal(7, contents.NumberOf(onnx.Initializers[8].Transpose("t")));
    }
}
