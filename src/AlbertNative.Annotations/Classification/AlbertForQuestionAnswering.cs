using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>
/// The answer to a question in a context by an ALBERT model, as Spark NLP's class of that name: its normalised text, with no place
/// in the context. In the mode huggingface a slice of the context with its place.
/// </summary>
public sealed class AlbertForQuestionAnswering : AnswerAnnotator
{
    /// <summary>Answers of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model has no head for it.</exception>
    /// <exception cref="ArgumentException">The model is of another family.</exception>
    public AlbertForQuestionAnswering(AnnotationModel model)
        : base(model, ModelFamily.Albert)
    {
    }
}
