using System.Collections.Immutable;
using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>
/// The answer to a question in a context by a BERT: a slice of the context with its place. In the mode huggingface alone.
/// </summary>
public sealed class BertForQuestionAnswering : AnswerAnnotator
{
    /// <summary>Answers of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model has no head for it.</exception>
    /// <exception cref="ArgumentException">The model is of another family.</exception>
    public BertForQuestionAnswering(AnnotationModel model)
        : base(model, ModelFamily.Bert)
    {
    }

    private protected override ImmutableArray<AnnotationMode> Modes { get; } = [AnnotationMode.HuggingFace];
}
