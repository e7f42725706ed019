using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>A vector for each token of an ALBERT model: the last hidden state of its first piece, as Spark NLP's class of that name.</summary>
public sealed class AlbertEmbeddings : WordEmbeddings
{
    /// <summary>Vectors of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model holds half a pooler.</exception>
    /// <exception cref="ArgumentException">The model is of another family.</exception>
    public AlbertEmbeddings(AnnotationModel model)
        : base(model, ModelFamily.Albert)
    {
    }
}
