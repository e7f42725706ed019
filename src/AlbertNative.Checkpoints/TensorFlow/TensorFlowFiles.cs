using System.Text;
using System.Text.RegularExpressions;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Finds the index of a TensorFlow checkpoint: by the name of any of its files, and in a directory as a training run, an
/// archive of Google's (no <c>checkpoint</c> file) or a SavedModel leaves it.
/// </summary>
internal static partial class TensorFlowFiles
{
    public const string IndexEnding = ".index";

    /// <summary>The graph of a SavedModel, whose weights are a checkpoint in the directory <c>variables</c>.</summary>
    public const string SavedModel = "saved_model.pb";

    private const string StateFile = "checkpoint";
    private const string LatestCheckpoint = "model_checkpoint_path:";
    private const long MaxStateBytes = 1 << 20;
    private const int MaxNameLength = 255;

    /// <summary>The index that a path belongs to: an index, a data or graph file beside one, or what they begin with; else null.</summary>
    public static string? FindIndex(string path)
    {
        if (path.EndsWith(IndexEnding, StringComparison.Ordinal))
            return File.Exists(path) ? path : null;
        string prefix = WithoutEnding(path);
        string index = prefix + IndexEnding;
        return (prefix != path || !File.Exists(path)) && File.Exists(index) ? index : null;
    }

    /// <summary>The index of the one checkpoint that a directory holds; null where it holds none.</summary>
    /// <exception cref="CheckpointFormatException">There are several, or one that is incomplete.</exception>
    public static string? FindIn(string directory)
    {
        string state = Path.Combine(directory, StateFile);
        if (File.Exists(state) && ReadState(state) is { } latest)
        {
            string index = Path.Combine(directory, latest + IndexEnding);
            return File.Exists(index) ? index
                : throw new CheckpointFormatException(state, $"names the checkpoint '{latest}', but there is no {latest}{IndexEnding} beside it");
        }
        string[] indexes = Directory.GetFiles(directory, "*" + IndexEnding);
        Array.Sort(indexes, StringComparer.Ordinal);
        if (indexes.Length > 1)
        {
            throw new CheckpointFormatException(directory,
                $"holds several TensorFlow checkpoints, give one of them: {string.Join(", ", indexes.Take(10).Select(Path.GetFileName))}");
        }
        if (indexes.Length == 1)
            return indexes[0];
        string variables = Path.Combine(directory, "variables", "variables" + IndexEnding);
        if (File.Exists(variables))
            return variables;
        return File.Exists(Path.Combine(directory, SavedModel))
            ? throw new CheckpointFormatException(directory, $"a TensorFlow SavedModel without its weights: there is no variables/variables{IndexEnding}")
            : null;
    }

    private static string WithoutEnding(string path)
    {
        if (path.EndsWith(".meta", StringComparison.Ordinal))
            return path[..^".meta".Length];
        return path.Contains(".data-", StringComparison.Ordinal) ? DataEnding().Replace(path, "") : path;
    }

    // CheckpointState in text form. The path may be that of the machine where the model was trained: only its name counts.
    private static string? ReadState(string path)
    {
        using MappedFile file = MappedFile.Open(path);
        if (file.Length > MaxStateBytes)
            throw new CheckpointFormatException(path, $"is {file.Length} bytes long, expected at most {MaxStateBytes}");
        using StorageLease lease = file.Lease(0, (int)file.Length);
        foreach (string line in Encoding.Latin1.GetString(lease.Span).Split('\n'))
        {
            string setting = line.Trim();
            if (!setting.StartsWith(LatestCheckpoint, StringComparison.Ordinal))
                continue;
            string name = setting[LatestCheckpoint.Length..].Trim().Trim('"');
            name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
            return name.Length <= MaxNameLength && RelativePath.IsInside(name)
                ? name
                : throw new CheckpointFormatException(path, $"the name of a checkpoint is '{name}'");
        }
        return null;
    }

    [GeneratedRegex(@"\.data-[0-9]{5}-of-[0-9]{5}\z")]
    private static partial Regex DataEnding();
}
