using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.Tests.Model;

public sealed class NamedTensorsTests
{
    private const ModelArchitecture PreTraining = ModelArchitecture.PreTraining;
    private const string Layer = "albert.encoder.albert_layer_groups.0.albert_layers.0";

    [Theory]
    [InlineData(ModelArchitecture.Model, 25)]
    [InlineData(ModelArchitecture.PreTraining, 33)]
    [InlineData(ModelArchitecture.MaskedLM, 29)]
    [InlineData(ModelArchitecture.SequenceClassification, 27)]
    [InlineData(ModelArchitecture.TokenClassification, 25)]
    [InlineData(ModelArchitecture.QuestionAnswering, 25)]
    [InlineData(ModelArchitecture.MultipleChoice, 27)]
    public void A_class_has_its_tensors(ModelArchitecture architecture, int count)
    {
        Assert.Equal(count, TensorCatalogue.Expected(TinyModel.Config, architecture).Count);
        NamedTensors tensors = NamedTensors.Match(TinyModel.Weights(architecture), TinyModel.Config);
        tensors.Require(architecture);
        Assert.Empty(tensors.Unused(architecture));
    }

    [Fact]
    public void Base_has_its_published_number_of_parameters()
    {
        ModelConfig config = new() { HiddenSize = 768, HeadCount = 12, IntermediateSize = 3072 };
        Assert.Equal(11_683_584, TensorCatalogue.Expected(config, ModelArchitecture.Model).Sum(tensor => tensor.ElementCount));
    }

    [Fact]
    public void Groups_and_inner_groups_each_have_their_layers()
    {
        ModelConfig config = TinyModel.Config with { GroupCount = 3, InnerGroupCount = 2 };
        IReadOnlyList<ExpectedTensor> tensors = TensorCatalogue.Expected(config, ModelArchitecture.MaskedLM);
        Assert.Equal(29 + (5 * 16), tensors.Count);
        Assert.Contains(tensors, tensor => tensor.Name == "albert.encoder.albert_layer_groups.2.albert_layers.1.ffn.weight");
    }

    [Fact]
    public void Wrappers_bare_models_and_old_spellings_are_understood()
    {
        Resolve(Table().RenameAll(name => "module." + name));
        Resolve(Table().RenameAll(name => name.Replace("albert.", "").Replace("LayerNorm.weight", "LayerNorm.gamma")
            .Replace("LayerNorm.bias", "LayerNorm.beta").Replace("layer_norm.bias", "layer_norm.beta")));
    }

    /// <summary>What published BERT files hold beside their weights, and hold by other names.</summary>
    [Fact]
    public void A_BERTs_wrappers_buffers_and_old_spellings_are_understood()
    {
        ModelConfig config = new(ModelFamily.Bert)
        {
            VocabularySize = 97,
            HiddenSize = 39,
            LayerCount = 2,
            HeadCount = 3,
            IntermediateSize = 70,
            MaxPositionCount = 120,
        };
        Assert.Empty(Match(Table()).Unused(PreTraining));
        Match(Table().RenameAll(name => "module." + name));
        Match(Table().RenameAll(name => name.Replace("bert.", "").Replace("LayerNorm.weight", "LayerNorm.gamma").Replace("LayerNorm.bias", "LayerNorm.beta")));
        string[] buffers = ["bert.embeddings.position_ids", "bert.embeddings.token_type_ids", "classifier.weight"];
        TensorTable more = Table().Add(buffers[0], TensorType.I64, 1, 120).Add(buffers[1], TensorType.I64, 1, 120).Add(buffers[2], 2, 39);
        Assert.Equal(buffers, Match(more).Unused(PreTraining));
        // transformers knows no such prefix either, and would leave every weight at random.
        string refused = Assert.Throws<CheckpointFormatException>(() => Match(Table().RenameAll(name => "model." + name))).Problem;
        Assert.Contains("missing: bert.embeddings.word_embeddings.weight", refused);
        Assert.Contains("unknown: model.bert.embeddings.word_embeddings.weight [97, 39]", refused);
        NamedTensors own = Match(Table().Copy("bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight", changeAt: 5));
        Assert.Equal(5, NamedTensors.FirstDifference(own["bert.embeddings.word_embeddings.weight"], own["cls.predictions.decoder.weight"]));
        Assert.Same(own["cls.predictions.bias"], own["cls.predictions.decoder.bias"]);

        TensorTable Table() => new(TinyModel.Weights(PreTraining, config));

        NamedTensors Match(WeightSource source)
        {
            NamedTensors tensors = NamedTensors.Match(source, config);
            tensors.Require(PreTraining);
            return tensors;
        }
    }

    [Fact]
    public void Other_heads_and_buffers_are_listed_and_skipped()
    {
        TensorTable table = Table().Add("classifier.weight", 7, 39).Add("module.qa_outputs.bias", 2)
            .Add("albert.embeddings.position_ids", TensorType.I64, 1, 120);
        Assert.Equal(["albert.embeddings.position_ids", "classifier.weight", "module.qa_outputs.bias"], Resolve(table).Unused(PreTraining));
    }

    [Fact]
    public void A_task_takes_its_part_of_a_larger_checkpoint() => Assert.Equal(
        ["albert.pooler.bias", "albert.pooler.weight", "sop_classifier.classifier.bias", "sop_classifier.classifier.weight"],
        Resolve(Table()).Unused(ModelArchitecture.MaskedLM));

    [Fact]
    public void Any_tied_copy_is_enough_and_one_that_differs_is_used()
    {
        const string Words = "albert.embeddings.word_embeddings.weight", Decoder = "predictions.decoder.weight";
        NamedTensors tied = Resolve(Table().Copy("predictions.bias", "predictions.decoder.bias"));
        Assert.Same(tied[Words], tied[Decoder]);
        Resolve(Table().Rename("predictions.bias", "predictions.decoder.bias"));
        NamedTensors renamed = Resolve(Table().Rename(Words, Decoder));
        Assert.Same(renamed[Decoder], renamed[Words]);
        NamedTensors own = Resolve(Table().Copy(Words, Decoder, changeAt: 97).Copy("predictions.bias", "predictions.decoder.bias", changeAt: 96));
        Assert.Equal(97, NamedTensors.FirstDifference(own[Words], own[Decoder]));
        Assert.Equal(96, NamedTensors.FirstDifference(own["predictions.bias"], own["predictions.decoder.bias"]));
    }

    [Theory]
    [InlineData("predictions.bias", "predictions.decoder.bias")]
    [InlineData("albert.embeddings.word_embeddings.weight", "predictions.decoder.weight")]
    public void What_is_tied_is_found_by_either_name(string kept, string copy)
    {
        NamedTensors keeps = Resolve(Table()), copies = Resolve(Table().Rename(kept, copy));
        Assert.Same(keeps[kept], keeps[copy]);
        Assert.Same(copies[copy], copies[kept]);
    }

    [Fact]
    public void A_decoder_that_is_not_tied_must_be_there()
    {
        ModelConfig untied = TinyModel.Config with { TiesWordEmbeddings = false };
        NamedTensors tensors = NamedTensors.Match(Table(), untied);
        string problem = Assert.Throws<CheckpointFormatException>(() => tensors.Require(ModelArchitecture.MaskedLM)).Problem;
        Assert.Contains("missing: predictions.decoder.weight, expected [97, 21]", problem);
        Assert.Contains("missing: predictions.decoder.bias, expected [97]", problem);
    }

    [Fact]
    public void Everything_that_does_not_fit_the_encoder_is_named_at_once()
    {
        string message = Refusal(Table()
            .Remove(Layer + ".ffn.weight")
            .Reshape(Layer + ".attention.query.weight", 39, 40)
            .Add("albert.encoder.albert_layer_groups.1.albert_layers.0.ffn.bias", 70)
            .Add("bert.pooler.dense.weight", 39, 39)
            .Add("module.predictions.dense.bias", 21));
        Assert.Contains("(5 faults)", message);
        Assert.Contains($"missing: {Layer}.ffn.weight, expected [70, 39]", message);
        Assert.Contains($"misshapen: {Layer}.attention.query.weight is [39, 40], expected [39, 39]", message);
        Assert.Contains("unknown: albert.encoder.albert_layer_groups.1.albert_layers.0.ffn.bias [70]", message);
        Assert.Contains("unknown: bert.pooler.dense.weight [39, 39]", message);
        Assert.Contains("doubled: module.predictions.dense.bias and predictions.dense.bias", message);
    }

    [Fact]
    public void Everything_that_does_not_fit_a_head_is_named_with_what_the_model_is_instead()
    {
        string message = Refusal(Table().Remove("predictions.bias").Reshape("albert.pooler.bias").Add("qa_outputs.weight", 2, 39).Add("qa_outputs.bias", 2));
        Assert.Contains("AlbertForPreTraining (2 faults)", message);
        Assert.Contains("missing: predictions.decoder.bias or predictions.bias, expected [97]", message);
        Assert.Contains("misshapen: albert.pooler.bias is [], expected [39]", message);
        Assert.EndsWith("This model is AlbertForQuestionAnswering; albert train makes other heads.", message);
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
        TensorTable table = new(TinyModel.Weights(ModelArchitecture.Model));
        table.Remove("albert.pooler.weight");
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(
            () => NamedTensors.Match(table, TinyModel.Config).Require(ModelArchitecture.Model));
        Assert.Contains("albert.pooler.weight", e.Problem);
        table.Remove("albert.pooler.bias");
        NamedTensors tensors = NamedTensors.Match(table, TinyModel.Config);
        tensors.Require(ModelArchitecture.Model);
        Assert.Throws<CheckpointFormatException>(() => tensors.Require(ModelArchitecture.MultipleChoice));
    }

    private static TensorTable Table() => new(TinyModel.Weights(PreTraining));

    private static NamedTensors Resolve(WeightSource source)
    {
        NamedTensors tensors = NamedTensors.Match(source, TinyModel.Config);
        tensors.Require(PreTraining);
        return tensors;
    }

    private static string Refusal(WeightSource source) =>
        Assert.Throws<CheckpointFormatException>(() => Resolve(source)).Problem;
}
