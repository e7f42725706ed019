namespace AlbertNative.Annotations;

/// <summary>Labels of sentences of an ALBERT model, as Spark NLP's class of that name.</summary>
public sealed class AlbertForSequenceClassification : SequenceLabels
{
    /// <summary>Labels of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model has no head for it.</exception>
    public AlbertForSequenceClassification(AnnotationModel model)
        : base(model)
    {
    }
}
