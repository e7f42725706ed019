using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.Tests.Model;

public sealed class ResolvedWeightsTests
{
    private const AlbertArchitecture PreTraining = AlbertArchitecture.AlbertForPreTraining;
    private const string Layer = "albert.encoder.albert_layer_groups.0.albert_layers.0";

    [Theory]
    [InlineData(AlbertArchitecture.AlbertModel, 25)]
    [InlineData(AlbertArchitecture.AlbertForPreTraining, 32)]
    [InlineData(AlbertArchitecture.AlbertForMaskedLM, 28)]
    [InlineData(AlbertArchitecture.AlbertForSequenceClassification, 27)]
    [InlineData(AlbertArchitecture.AlbertForTokenClassification, 25)]
    [InlineData(AlbertArchitecture.AlbertForQuestionAnswering, 25)]
    [InlineData(AlbertArchitecture.AlbertForMultipleChoice, 27)]
    public void A_class_has_its_tensors(AlbertArchitecture architecture, int count)
    {
        Assert.Equal(count, TensorCatalogue.Expected(TinyModel.Config, architecture).Count);
        Assert.Empty(ResolvedWeights.Resolve(TinyModel.Weights(architecture), TinyModel.Config, architecture).Skipped);
    }

    [Fact]
    public void Base_has_its_published_number_of_parameters()
    {
        AlbertConfig config = new() { HiddenSize = 768, HeadCount = 12, IntermediateSize = 3072 };
        Assert.Equal(11_683_584, TensorCatalogue.Expected(config, AlbertArchitecture.AlbertModel).Sum(tensor => tensor.ElementCount));
    }

    [Fact]
    public void Groups_and_inner_groups_each_have_their_layers()
    {
        AlbertConfig config = TinyModel.Config with { GroupCount = 3, InnerGroupCount = 2 };
        IReadOnlyList<ExpectedTensor> tensors = TensorCatalogue.Expected(config, AlbertArchitecture.AlbertForMaskedLM);
        Assert.Equal(28 + (5 * 16), tensors.Count);
        Assert.Contains(tensors, tensor => tensor.Name == "albert.encoder.albert_layer_groups.2.albert_layers.1.ffn.weight");
    }

    [Fact]
    public void Wrappers_bare_models_and_old_spellings_are_understood()
    {
        Resolve(Table().RenameAll(name => "module." + name));
        Resolve(Table().RenameAll(name => name.Replace("albert.", "").Replace("LayerNorm.weight", "LayerNorm.gamma")
            .Replace("LayerNorm.bias", "LayerNorm.beta").Replace("layer_norm.bias", "layer_norm.beta")));
    }

    [Fact]
    public void Other_heads_and_buffers_are_listed_and_skipped()
    {
        TensorTable table = Table().Add("classifier.weight", 7, 39).Add("module.qa_outputs.bias", 2)
            .Add("albert.embeddings.position_ids", TensorType.I64, 1, 120);
        Assert.Equal(["albert.embeddings.position_ids", "classifier.weight", "module.qa_outputs.bias"], Resolve(table).Skipped);
    }

    [Fact]
    public void A_task_takes_its_part_of_a_larger_checkpoint() => Assert.Equal(
        ["albert.pooler.bias", "albert.pooler.weight", "sop_classifier.classifier.bias", "sop_classifier.classifier.weight"],
        ResolvedWeights.Resolve(Table(), TinyModel.Config, AlbertArchitecture.AlbertForMaskedLM).Skipped);

    [Fact]
    public void Any_tied_copy_is_enough_and_all_must_agree()
    {
        Resolve(Table().Copy("predictions.bias", "predictions.decoder.bias"));
        Resolve(Table().Rename("predictions.bias", "predictions.decoder.bias"));
        Resolve(Table().Rename(TensorCatalogue.WordEmbeddings, TensorCatalogue.DecoderWeight));
        string message = Refusal(Table()
            .Copy(TensorCatalogue.WordEmbeddings, TensorCatalogue.DecoderWeight, changeAt: 97)
            .Copy("predictions.bias", "predictions.decoder.bias", changeAt: 96));
        Assert.Contains($"{TensorCatalogue.WordEmbeddings} and {TensorCatalogue.DecoderWeight} must be equal, and differ at element 97", message);
        Assert.Contains("predictions.bias and predictions.decoder.bias must be equal, and differ at element 96", message);
    }

    [Fact]
    public void Everything_that_does_not_fit_is_named_at_once()
    {
        string message = Refusal(Table()
            .Remove(Layer + ".ffn.weight")
            .Remove("predictions.bias")
            .Reshape(Layer + ".attention.query.weight", 39, 40)
            .Reshape("albert.pooler.bias")
            .Add("albert.encoder.albert_layer_groups.1.albert_layers.0.ffn.bias", 70)
            .Add("bert.pooler.dense.weight", 39, 39)
            .Add("module.predictions.dense.bias", 21));
        Assert.Contains("(7 faults)", message);
        Assert.Contains($"missing: {Layer}.ffn.weight, expected [70, 39]", message);
        Assert.Contains("missing: predictions.bias or predictions.decoder.bias, expected [97]", message);
        Assert.Contains($"misshapen: {Layer}.attention.query.weight is [39, 40], expected [39, 39]", message);
        Assert.Contains("misshapen: albert.pooler.bias is [], expected [39]", message);
        Assert.Contains("unknown: albert.encoder.albert_layer_groups.1.albert_layers.0.ffn.bias [70]", message);
        Assert.Contains("unknown: bert.pooler.dense.weight [39, 39]", message);
        Assert.Contains("doubled: module.predictions.dense.bias and predictions.dense.bias", message);
    }

    [Fact]
    public void Weights_must_be_floating_point()
    {
        TensorTable table = Table().Remove("predictions.dense.bias").Add("predictions.dense.bias", TensorType.I64, 21);
        Assert.Contains("mistyped: predictions.dense.bias is I64", Refusal(table));
    }

    [Fact]
    public void An_encoder_may_lack_its_pooler_but_not_half_of_it()
    {
        TensorTable table = new(TinyModel.Weights(AlbertArchitecture.AlbertModel));
        table.Remove("albert.pooler.weight");
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(
            () => ResolvedWeights.Resolve(table, TinyModel.Config, AlbertArchitecture.AlbertModel));
        Assert.Contains("albert.pooler.weight", e.Problem);
        table.Remove("albert.pooler.bias");
        ResolvedWeights.Resolve(table, TinyModel.Config, AlbertArchitecture.AlbertModel);
        Assert.Throws<CheckpointFormatException>(
            () => ResolvedWeights.Resolve(table, TinyModel.Config, AlbertArchitecture.AlbertForMultipleChoice));
    }

    private static TensorTable Table() => new(TinyModel.Weights(PreTraining));

    private static ResolvedWeights Resolve(WeightSource source) => ResolvedWeights.Resolve(source, TinyModel.Config, PreTraining);

    private static string Refusal(WeightSource source) =>
        Assert.Throws<CheckpointFormatException>(() => Resolve(source)).Problem;
}
