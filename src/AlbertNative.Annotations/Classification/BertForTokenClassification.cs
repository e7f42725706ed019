using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>A label for each token of a BERT, as Spark NLP's class of that name. <see cref="NerConverter"/> makes entities of them.</summary>
public sealed class BertForTokenClassification : WordLabels
{
    /// <summary>Labels of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model has no head for it.</exception>
    /// <exception cref="ArgumentException">The model is of another family.</exception>
    public BertForTokenClassification(AnnotationModel model)
        : base(model, ModelFamily.Bert)
    {
    }
}
