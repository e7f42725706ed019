using System.Globalization;
using System.Text.Json;

namespace AlbertNative.Annotations;

/// <summary>
/// A pipeline that Spark ML has saved: a directory with <c>metadata</c>, and <c>stages</c> in which each stage has a directory of its
/// own, named by its number and its uid.
/// </summary>
internal static class SavedPipeline
{
    private const string Stages = "stages";

    private static readonly string[] Classes = ["org.apache.spark.ml.PipelineModel", "org.apache.spark.ml.Pipeline"];

    /// <summary>Reads one.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="models">Opens the models of stages, by the stages' directories; null where no stage needs one.</param>
    /// <param name="mode">Whose numbers and whose faults the stages follow.</param>
    /// <exception cref="PipelineFormatException">It is malformed, or has a stage that is not supported: names that.</exception>
    public static AnnotationPipeline Read(string directory, Func<string, AnnotationModel>? models, AnnotationMode mode)
    {
        SavedFiles files = SavedFiles.Read(directory);
        if (!Classes.Contains(files.ClassName))
            throw new PipelineFormatException($"{directory} holds {files.ClassName}, expected a pipeline: {string.Join(" or ", Classes)}");
        string[] uids = UidsOf(files);
        string format = "D" + uids.Length.ToString(CultureInfo.InvariantCulture).Length;
        // All of them first: a stage that is not supported is refused before any model is opened.
        SavedStage[] stages =
        [
            .. uids.Select((uid, i) => SavedStage.Read(Path.Combine(directory, Stages, $"{i.ToString(format, CultureInfo.InvariantCulture)}_{uid}"))),
        ];
        try
        {
            return new AnnotationPipeline([.. stages.Select(stage => stage.Create(Open, mode))]);
        }
        catch (ArgumentException e)
        {
            throw new PipelineFormatException($"{directory}: {e.Message}", e);
        }

        AnnotationModel Open(string name) => models is null
            ? throw new PipelineFormatException($"{name} needs its model, and nothing was given that opens models")
            : models(name);
    }

    private static string[] UidsOf(SavedFiles files)
    {
        if (files.Setting("stageUids") is not { ValueKind: JsonValueKind.Array } uids || uids.GetArrayLength() == 0)
            throw new PipelineFormatException($"{files.Directory}: its metadata has no 'stageUids'");
        return [.. uids.EnumerateArray().Select(uid => uid.ValueKind == JsonValueKind.String && IsName(uid.GetString()!)
            ? uid.GetString()!
            : throw new PipelineFormatException($"{files.Directory}: 'stageUids' holds {uid.GetRawText()}, which is no name"))];
    }

    // It becomes a part of a directory's name.
    private static bool IsName(string uid) => uid.Length > 0 && !uid.AsSpan().ContainsAny("/\\\0");
}
