using System.Collections.Immutable;
using AlbertNative.Checkpoints;

namespace AlbertNative.Annotations;

/// <summary>Stages that run one after the other, each on what those before it made. Immutable; any number of threads may share one.</summary>
public sealed class AnnotationPipeline
{
    /// <summary>Puts stages together.</summary>
    /// <exception cref="ArgumentException">There is none, or a setting of one is outside what it may be; names it.</exception>
    public AnnotationPipeline(params IEnumerable<PipelineStage> stages)
    {
        Stages = [.. stages];
        if (Stages.IsEmpty)
            throw new ArgumentException("a pipeline needs at least one stage", nameof(stages));
        foreach (PipelineStage stage in Stages)
            stage.Validate();
    }

    /// <summary>The stages.</summary>
    public ImmutableArray<PipelineStage> Stages { get; }

    /// <summary>The columns that it gives for those of its input.</summary>
    /// <exception cref="ArgumentException">A column that a stage needs is missing or of another kind; names it.</exception>
    public FrameSchema TransformSchema(FrameSchema schema) =>
        Stages.Aggregate(schema, (columns, stage) => stage.TransformSchema(columns));

    /// <summary>
    /// Transforms a frame, which counts as one partition of Spark's. Rows are lazy: only as many are in memory as a stage takes
    /// together.
    /// </summary>
    /// <exception cref="ArgumentException">A column that a stage needs is missing or of another kind; names it.</exception>
    public AnnotationFrame Transform(AnnotationFrame frame, CancellationToken cancellationToken = default) =>
        Stages.Aggregate(frame, (input, stage) => stage.Transform(input, cancellationToken));

    /// <summary>The rows for texts in a column <c>text</c>.</summary>
    public IEnumerable<AnnotationRow> Transform(IEnumerable<string?> texts, CancellationToken cancellationToken = default) =>
        Transform(AnnotationFrame.OfTexts(texts), cancellationToken).Rows;

    /// <summary>Writes the stages and their settings as JSON: the classes and settings that Spark NLP saves, in one document.</summary>
    public byte[] ToJson() => PipelineJson.Write(this);

    /// <summary>Writes <see cref="ToJson"/> to a file, beside its place first.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using PartialFile file = PartialFile.Create(path);
        file.Stream.Write(ToJson());
        file.Commit();
    }

    /// <summary>Reads what <see cref="ToJson"/> has written.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="models">Opens the model that a stage names; null where no stage needs one. Each name is asked for once.</param>
    /// <exception cref="PipelineFormatException">It is malformed, or names a stage or a setting that is not supported.</exception>
    public static AnnotationPipeline FromJson(byte[] json, Func<string, AnnotationModel>? models = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        return PipelineJson.Read(json, models);
    }

    /// <summary>
    /// Reads a pipeline that Spark has saved (<c>write().save</c> of a <c>PipelineModel</c> or a <c>Pipeline</c>) with stages of
    /// Spark NLP: those that there are here, models where their weights are ONNX.
    /// </summary>
    /// <param name="directory">The directory, with <c>metadata</c> and <c>stages</c> in it.</param>
    /// <param name="models">
    /// Opens the model of a stage, by the stage's directory, which <see cref="AnnotationModel.Open"/> takes; null where no stage needs one.
    /// </param>
    /// <param name="mode">Whose numbers and whose faults the stages follow.</param>
    /// <exception cref="PipelineFormatException">It is malformed, or has a stage or a setting that is not supported: names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static AnnotationPipeline LoadSaved(
        string directory, Func<string, AnnotationModel>? models = null, AnnotationMode mode = AnnotationMode.SparkNlp)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return SavedPipeline.Read(directory, models, mode);
    }

    /// <summary>Reads a file that <see cref="Save"/> has written.</summary>
    /// <exception cref="PipelineFormatException">It is malformed, or names a stage or a setting that is not supported.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static AnnotationPipeline Load(string path, Func<string, AnnotationModel>? models = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return FromJson(File.ReadAllBytes(path), models);
        }
        catch (PipelineFormatException e)
        {
            throw new PipelineFormatException($"{path}: {e.Message}", e);
        }
    }
}
