using System.Text;
using AlbertNative.Annotations;
using AlbertNative.Model;
using AlbertNative.Tests.Tasks;
using SentencePieceModel = AlbertNative.Tokenization.SentencePieceModel;

namespace AlbertNative.Tests.Annotations;

/// <summary>Models with next to no weights, which are functions of their names.</summary>
internal static class SmallModels
{
    private static readonly Lazy<SentencePieceModel> Pieces =
        new(() => SentencePieceModel.Load(Path.Combine(Nano.Folder, ModelFiles.SentencePieceModel)));

    /// <summary>An ALBERT of a class with the nano model's vocabulary.</summary>
    public static AnnotationModel Albert(ModelArchitecture architecture, params string[] labels) =>
        Albert(Nano.Tiny() with { Labels = [.. labels] }, architecture);

    /// <summary>One that takes texts of another length.</summary>
    public static AnnotationModel Albert(ModelArchitecture architecture, int positions) => Albert(Nano.Tiny(positions: positions), architecture);

    /// <summary>A tagger whose labels a CRF chooses together.</summary>
    public static AnnotationModel AlbertWithCrf(params string[] labels) =>
        Albert(Nano.Tiny() with { Labels = [.. labels], HasCrf = true }, ModelArchitecture.TokenClassification);

    private static AnnotationModel Albert(ModelConfig config, ModelArchitecture architecture) => new(
        "small", new TextModel(PreTrainedModel.Create(config, Nano.Weights(config, architecture)), Nano.Tokenizer), Pieces.Value);

    /// <summary>A BERT of a class with a vocabulary of a few words.</summary>
    public static AnnotationModel Bert(ModelArchitecture architecture, params string[] labels)
    {
        string[] words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "king", "##s", "went", "up", ".", "judah"];
        ModelConfig config = new(ModelFamily.Bert)
        {
            VocabularySize = words.Length,
            HiddenSize = 16,
            LayerCount = 2,
            HeadCount = 2,
            IntermediateSize = 32,
            MaxPositionCount = 32,
            Labels = [.. labels],
        };
        Tokenization.Tokenizer tokenizer = Tokenization.Tokenizer.FromVocabulary(Encoding.UTF8.GetBytes(string.Join('\n', words)));
        return new AnnotationModel("small-bert", new TextModel(PreTrainedModel.Create(config, Nano.Weights(config, architecture)), tokenizer), pieces: null);
    }
}
