using System.Collections.Immutable;
using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>
/// What Spark NLP has for a family of models, as a table beside the model's own. Nothing outside it asks which family a model
/// is of, but the classes that Spark NLP has for one alone.
/// </summary>
internal sealed record SparkFamily
{
    private static readonly SparkFamily Albert = new()
    {
        ClassPrefix = "Albert",
        Vocabulary = ModelFiles.SentencePieceModel,
        Modes = [AnnotationMode.SparkNlp, AnnotationMode.SparkNlpExact, AnnotationMode.HuggingFace],
        Pieces = model => new SparkPieces(model),
        Embeddings = (model, mode) => new AlbertEmbeddings(model) { InputCols = ["sentence", "token"], OutputCol = "embeddings", Mode = mode },
        ExportNotes =
        [
            "Spark NLP pads with the unknown piece and does not mask it: its vectors depend on the other rows unless batchSize is 1",
            "it cuts each token into pieces by itself and strips no accents: its numbers are those of the mode spark-nlp here, not Hugging Face's",
        ],
    };

    private static readonly SparkFamily Bert = new()
    {
        ClassPrefix = "Bert",
        Vocabulary = ModelFiles.WordPieceVocabulary,
        // What Spark NLP does by mistake is known of ALBERT alone.
        Modes = [AnnotationMode.SparkNlp, AnnotationMode.HuggingFace],
        Pieces = model => new WordPieces(model),
        Embeddings = (model, mode) => new BertEmbeddings(model) { InputCols = ["sentence", "token"], OutputCol = "embeddings", Mode = mode },
        ExportNotes = [],
    };

    // In the order of ModelFamily.
    private static readonly ImmutableArray<SparkFamily> Tables = [Albert, Bert];

    /// <summary>What the names of its classes begin with.</summary>
    public required string ClassPrefix { get; init; }

    /// <summary>The one form of vocabulary that they take.</summary>
    public required string Vocabulary { get; init; }

    /// <summary>The modes that there are over a model of the family.</summary>
    public required ImmutableArray<AnnotationMode> Modes { get; init; }

    /// <summary>How tokens are cut into pieces; throws where the model lacks what that needs.</summary>
    public required Func<AnnotationModel, TokenPieces> Pieces { get; init; }

    /// <summary>The annotator of vectors, over the columns <c>sentence</c> and <c>token</c>.</summary>
    public required Func<AnnotationModel, AnnotationMode, WordEmbeddings> Embeddings { get; init; }

    /// <summary>What is to be said of a model that is exported.</summary>
    public required ImmutableArray<string> ExportNotes { get; init; }

    /// <summary>The table of a model's family.</summary>
    public static SparkFamily Of(ModelConfig config) => Tables[(int)config.Family];
}
