using System.Text.Json;

namespace AlbertNative.Annotations;

/// <summary>A stage that Spark NLP has saved, of which the class is known.</summary>
internal sealed class SavedStage
{
    private readonly SavedFiles _files;
    private readonly StageKind _kind;

    private SavedStage(SavedFiles files, StageKind kind) => (_files, _kind) = (files, kind);

    /// <summary>Whether it needs a model, which lies in its directory.</summary>
    public bool NeedsModel => _kind.NeedsModel;

    /// <summary>Reads what is said of it.</summary>
    /// <exception cref="PipelineFormatException">There is nothing, or it is malformed, or its class is not supported: names that.</exception>
    public static SavedStage Read(string directory)
    {
        SavedFiles files = SavedFiles.Read(directory);
        try
        {
            return new(files, files.ClassName == SavedTokenizer.ClassName ? StageKinds.Of(nameof(Tokenizer)) : StageKinds.Of(files.ClassName));
        }
        catch (PipelineFormatException e)
        {
            throw new PipelineFormatException($"{directory}: {e.Message}", e);
        }
    }

    /// <summary>Makes the stage with the settings that were saved.</summary>
    /// <param name="models">Opens its model, by its directory.</param>
    /// <param name="mode">Whose numbers and whose faults it follows.</param>
    /// <exception cref="PipelineFormatException">A setting is not known, or outside what it may be.</exception>
    public PipelineStage Create(Func<string, AnnotationModel> models, AnnotationMode mode)
    {
        PipelineStage stage = _kind.Create(_kind.NeedsModel ? models(_files.Directory) : null);
        try
        {
            _files.SettingsOnto(stage, mode, _files.ClassName == SavedTokenizer.ClassName ? SavedTokenizer.RulesOf(_files) : []);
            return stage;
        }
        catch (Exception e) when (e is ArgumentException or JsonException)
        {
            throw new PipelineFormatException($"{_files.Directory}: {e.Message}", e);
        }
    }
}
