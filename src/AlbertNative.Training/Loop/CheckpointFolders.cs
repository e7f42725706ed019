using System.Globalization;

namespace AlbertNative.Training;

/// <summary>
/// The checkpoints of a run: directories <c>checkpoint-N</c> in its output. One is written under another name and then renamed,
/// so that one that is there is whole, whenever the process was ended.
/// </summary>
internal sealed class CheckpointFolders(string output)
{
    private const string Prefix = "checkpoint-";
    private const string PartialEnding = ".partial";

    /// <summary>The updates after which there are checkpoints, ascending.</summary>
    public IReadOnlyList<int> Steps => Directory.Exists(output)
        ? [.. Directory.EnumerateDirectories(output, Prefix + "*").Select(StepOf).Where(step => step >= 0).Order()] : [];

    /// <summary>The directory of the checkpoint after so many updates, there or not.</summary>
    public string PathOf(int step) => Path.Combine(output, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step}"));

    public bool Has(int step) => Directory.Exists(PathOf(step));

    /// <summary>Writes a checkpoint in place of one of the same update; where that fails, for want of room or otherwise, nothing of it is left.</summary>
    public void Write(int step, Action<string> write)
    {
        string directory = PathOf(step), partial = directory + PartialEnding;
        try
        {
            Delete(partial);
            Directory.CreateDirectory(partial);
            write(partial);
            Delete(directory);
            Directory.Move(partial, directory);
        }
        catch
        {
            Delete(partial);
            throw;
        }
    }

    /// <summary>
    /// Deletes the oldest checkpoints, as the Trainer does: the last one stays, and the best one, also where the limit is 1.
    /// Those of later updates, of a run before, are left alone.
    /// </summary>
    public void Rotate(int last, int? best, int limit)
    {
        bool keepsBest = best is int step && step != last && Has(step);
        int others = Math.Max(0, limit - (keepsBest ? 2 : 1));
        foreach (int old in Steps.Where(old => old < last && !(keepsBest && old == best)).OrderDescending().Skip(others))
            Delete(PathOf(old));
    }

    /// <summary>Deletes what a process left that was ended while it wrote.</summary>
    public void Clean()
    {
        foreach (string partial in Directory.EnumerateDirectories(output, Prefix + "*" + PartialEnding))
            Delete(partial);
        foreach (string partial in Directory.EnumerateFiles(output, ".*" + PartialEnding))
            File.Delete(partial);
    }

    /// <summary>The checkpoint that a path means: itself, or the last one of a run's output.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static string Find(string path)
    {
        if (File.Exists(Path.Combine(path, TrainerState.FileName)) && File.Exists(Path.Combine(path, TrainedModelFiles.OptimizerFile)))
            return path;
        CheckpointFolders folders = new(path);
        return folders.Steps is [.., int last] ? folders.PathOf(last) : throw new FormatException($"{path} holds no checkpoint to go on from");
    }

    private static int StepOf(string path) =>
        int.TryParse(Path.GetFileName(path)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : -1;

    private static void Delete(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }
}
