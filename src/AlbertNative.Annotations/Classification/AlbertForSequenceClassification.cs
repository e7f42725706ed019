using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>Labels of sentences of an ALBERT model, as Spark NLP's class of that name.</summary>
public sealed class AlbertForSequenceClassification : SequenceLabels
{
    /// <summary>Labels of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model has no head for it.</exception>
    /// <exception cref="ArgumentException">The model is of another family.</exception>
    public AlbertForSequenceClassification(AnnotationModel model)
        : base(model, ModelFamily.Albert)
    {
    }
}
