using AlbertNative.Cli;
using AlbertNative.Model;

namespace AlbertNative.Tests.Model;

public sealed class SyntheticCheckpointTests
{
    [Theory]
    [InlineData("albert.embeddings.word_embeddings.weight", 21, 0, 0x3F32C1CC)]
    [InlineData("albert.embeddings.word_embeddings.weight", 21, 2036, 0xBF1BB8EA)]
    [InlineData("albert.pooler.weight", 39, 5, 0xBE12E0B3)]
    [InlineData("albert.embeddings.LayerNorm.weight", 21, 20, 0x3F852DC2)]
    [InlineData("albert.encoder.albert_layer_groups.0.albert_layers.0.full_layer_layer_norm.weight", 39, 1, 0x3F7532CE)]
    [InlineData("predictions.bias", 97, 96, 0x3DCA83C4)]
    [InlineData("qa_outputs.weight", 39, 77, 0x3DD18C97)]
    public void Weights_are_those_of_the_rule(string name, long inputs, long index, uint bits)
    {
        float[] value = new float[1];
        SyntheticCheckpoint.Fill(name, [97, inputs], index, value);
        Assert.Equal(bits, BitConverter.SingleToUInt32Bits(value[0]));
    }

    [Fact]
    public void Any_part_of_a_tensor_is_the_same_as_in_the_whole()
    {
        WeightTensor tensor = TinyModel.Weights(ModelArchitecture.Model).Tensors[0];
        float[] whole = new float[tensor.ElementCount];
        tensor.CopyTo(0, whole);
        float[] part = new float[100];
        tensor.CopyTo(777, part);
        Assert.Equal(whole[777..877], part);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.CopyTo(whole.Length - 99, part));
    }
}
