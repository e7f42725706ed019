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
        ("predictions.transform.dense.weight", "masked language model"),
        ("sop_classifier.classifier.weight", "sentence order"),
        ("seq_relationship.weight", "next sentence"),
        ("qa_outputs.weight", "question answering"),
    ];

    public required string Path { get; init; }

    /// <summary>The file that was opened.</summary>
    public required string Source { get; init; }

    public required ModelConfig Config { get; init; }

    /// <summary>The class that its configuration names.</summary>
    public required string ClassName { get; init; }

    /// <summary>Weights that the class computes with, each counted once.</summary>
    public required long Parameters { get; init; }

    public required IReadOnlyList<string> Heads { get; init; }

    /// <summary>Tensors that the class does not use.</summary>
    public required IReadOnlyList<string> Skipped { get; init; }

    public required IReadOnlyList<TensorReport> Tensors { get; init; }

    public required TokenizerReport Tokenizer { get; init; }

    /// <summary>Where a converted model comes from; null for anything else.</summary>
    public required ModelProvenance? Provenance { get; init; }

    /// <summary>What was decided that the files do not say; null where they say everything.</summary>
    public required string? Remark { get; init; }

    /// <summary>Reads the model.</summary>
    /// <exception cref="FormatException">Something of it is malformed, does not fit or is not supported; names it.</exception>
    public static ModelReport Read(string path, CancellationToken cancellationToken)
    {
        ModelFiles files = ModelFiles.Open(path, cancellationToken: cancellationToken);
        using PreTrainedModel model = PreTrainedModel.Open(files, cancellationToken: cancellationToken);
        ModelArchitecture architecture = model.Config.DefaultArchitecture;
        model.Require(architecture);
        Checkpoint checkpoint = files.Checkpoint;
        return new()
        {
            Path = path,
            Source = checkpoint.Source,
            Config = model.Config,
            ClassName = model.Config.ClassName,
            Parameters = CountParameters(model, architecture),
            Heads = FindHeads(checkpoint, architecture),
            Skipped = model.UnusedTensors(architecture),
            Tensors = [.. checkpoint.Tensors.Select(tensor => TensorReport.Read(tensor, cancellationToken))],
            Tokenizer = TokenizerReport.Read(files),
            Provenance = files.Provenance,
            Remark = files.Remark,
        };
    }

    private static long CountParameters(PreTrainedModel model, ModelArchitecture architecture)
    {
        bool lacksPooler = architecture == ModelArchitecture.Model && !new EncoderHead(model).HasPooler;
        return TensorCatalogue.Expected(model.Config, architecture)
            .Where(tensor => !tensor.IsCopy || tensor.OtherName!.EndsWith("bias", StringComparison.Ordinal))
            .Where(tensor => tensor.Required || !lacksPooler)
            .Sum(tensor => tensor.ElementCount);
    }

    private static List<string> FindHeads(Checkpoint checkpoint, ModelArchitecture architecture)
    {
        string[] names = [.. checkpoint.Tensors.Select(tensor => tensor.Name)];
        List<string> heads = [.. HeadTensors.Where(head => names.Any(name => EndsWith(name, head.Ending))).Select(head => head.Head)];
        if (names.Any(name => EndsWith(name, "pooler.weight") || EndsWith(name, "pooler.dense.weight")))
            heads.Insert(0, "pooler");
        if (names.Any(name => EndsWith(name, "classifier.weight") && !EndsWith(name, "sop_classifier.classifier.weight")))
            heads.Add(ClassifierOf(architecture));
        return heads;
    }

    // The three kinds of classifier have tensors of the same name.
    private static string ClassifierOf(ModelArchitecture architecture) => architecture switch
    {
        ModelArchitecture.TokenClassification => "token classification",
        ModelArchitecture.MultipleChoice => "multiple choice",
        ModelArchitecture.SequenceClassification => "sequence classification",
        _ => "classifier",
    };

    private static bool EndsWith(string name, string ending) =>
        name == ending || name.EndsWith("." + ending, StringComparison.Ordinal);
}
