namespace AlbertNative.Annotations;

/// <summary>
/// An annotator that Spark NLP itself has saved (<c>write().save</c>), or that its catalogue holds, unpacked: its settings and,
/// where they are ONNX, its weights.
/// </summary>
public sealed class SavedAnnotator : IDisposable
{
    private SavedAnnotator(PipelineStage stage, AnnotationModel? model) => (Stage, Model) = (stage, model);

    /// <summary>The stage with the settings that were saved.</summary>
    public PipelineStage Stage { get; }

    /// <summary>Its model; null for a stage that needs none.</summary>
    public AnnotationModel? Model { get; }

    /// <summary>Reads a saved annotator.</summary>
    /// <param name="directory">The directory, with <c>metadata</c> in it.</param>
    /// <param name="options">What can be chosen of its model; null for the defaults.</param>
    /// <param name="mode">Whose numbers and whose faults the stage follows.</param>
    /// <exception cref="FormatException">A file is malformed, or holds what is not supported: TensorFlow's weights, for one; says what to do instead.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static SavedAnnotator Open(
        string directory, TextModelOptions? options = null, AnnotationMode mode = AnnotationMode.SparkNlp)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        SavedStage stage = SavedStage.Read(directory);
        AnnotationModel? model = stage.NeedsModel ? AnnotationModel.Open(directory, options) : null;
        try
        {
            return new SavedAnnotator(stage.Create(_ => model!, mode), model);
        }
        catch
        {
            model?.Dispose();
            throw;
        }
    }

    /// <summary>Closes the model.</summary>
    public void Dispose() => Model?.Dispose();
}
