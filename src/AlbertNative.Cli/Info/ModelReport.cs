using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.Cli;

/// <summary>What a model holds: every tensor read, the class that its configuration names loaded.</summary>
internal sealed record ModelReport
{
    // What the names of a head's tensors end with, whatever a checkpoint puts before them.
    private static readonly (string Ending, string Head)[] HeadTensors =
    [
        ("predictions.dense.weight", "masked language model"),
        ("sop_classifier.classifier.weight", "sentence order"),
        ("qa_outputs.weight", "question answering"),
    ];

    public required string Path { get; init; }

    /// <summary>The file that was opened.</summary>
    public required string Source { get; init; }

    public required AlbertConfig Config { get; init; }

    public required AlbertArchitecture Architecture { get; init; }

    /// <summary>Weights that the class computes with, each counted once.</summary>
    public required long Parameters { get; init; }

    public required IReadOnlyList<string> Heads { get; init; }

    /// <summary>Tensors that the class does not use.</summary>
    public required IReadOnlyList<string> Skipped { get; init; }

    public required IReadOnlyList<TensorReport> Tensors { get; init; }

    public required TokenizerReport Tokenizer { get; init; }

    /// <summary>Where a converted model comes from; null for anything else.</summary>
    public required ModelProvenance? Provenance { get; init; }

    /// <summary>Reads the model.</summary>
    /// <exception cref="FormatException">Something of it is malformed, does not fit or is not supported; names it.</exception>
    public static ModelReport Read(string path, CancellationToken cancellation)
    {
        using AlbertPreTrainedModel model = AlbertAutoModel.Load(path);
        using ModelFiles files = ModelFiles.Open(path);
        Checkpoint checkpoint = files.Checkpoint;
        return new()
        {
            Path = path,
            Source = checkpoint.Source,
            Config = model.Config,
            Architecture = model.Architecture,
            Parameters = CountParameters(model),
            Heads = FindHeads(checkpoint, model.Architecture),
            Skipped = model.SkippedTensors,
            Tensors = [.. checkpoint.Tensors.Select(tensor => TensorReport.Read(tensor, cancellation))],
            Tokenizer = TokenizerReport.Read(files),
            Provenance = files.Provenance,
        };
    }

    private static long CountParameters(AlbertPreTrainedModel model)
    {
        bool lacksPooler = model is AlbertModel { HasPooler: false };
        return TensorCatalogue.Expected(model.Config, model.Architecture)
            .Where(tensor => tensor.Required || !lacksPooler)
            .Sum(tensor => tensor.ElementCount);
    }

    private static List<string> FindHeads(Checkpoint checkpoint, AlbertArchitecture architecture)
    {
        string[] names = [.. checkpoint.Tensors.Select(tensor => tensor.Name)];
        List<string> heads = [.. HeadTensors.Where(head => names.Any(name => EndsWith(name, head.Ending))).Select(head => head.Head)];
        if (names.Any(name => EndsWith(name, "pooler.weight")))
            heads.Insert(0, "pooler");
        if (names.Any(name => EndsWith(name, "classifier.weight") && !EndsWith(name, "sop_classifier.classifier.weight")))
            heads.Add(ClassifierOf(architecture));
        return heads;
    }

    // The three kinds of classifier have tensors of the same name.
    private static string ClassifierOf(AlbertArchitecture architecture) => architecture switch
    {
        AlbertArchitecture.AlbertForTokenClassification => "token classification",
        AlbertArchitecture.AlbertForMultipleChoice => "multiple choice",
        AlbertArchitecture.AlbertForSequenceClassification => "sequence classification",
        _ => "classifier",
    };

    private static bool EndsWith(string name, string ending) =>
        name == ending || name.EndsWith("." + ending, StringComparison.Ordinal);
}
