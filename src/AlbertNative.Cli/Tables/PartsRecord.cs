using System.Globalization;
using System.Text;

namespace AlbertNative.Cli;

/// <summary>
/// What a directory of parts holds the results of: the file <c>_albert-run.txt</c> in it. Parts of another input or of other
/// options must not come to stand beside each other.
/// </summary>
internal static class PartsRecord
{
    private const string Name = "_albert-run.txt";

    /// <summary>Makes the directory, or makes sure that it is one of the same run.</summary>
    /// <exception cref="BadInputException">It is not, or cannot be written.</exception>
    public static void Open(string directory, TableInput input, IReadOnlyList<string> settings)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot make the directory {directory}: {e.Message}");
        }
        string record = Record(input, settings);
        string path = Path.Combine(directory, Name);
        if (File.Exists(path))
        {
            Compare(directory, record, File.ReadAllText(path));
            // What a killed process was writing.
            foreach (string partial in Directory.EnumerateFiles(directory, "*.partial"))
                File.Delete(partial);
            return;
        }
        if (Directory.EnumerateFileSystemEntries(directory).Any())
            throw new BadInputException($"{directory} has other files in it, expected an empty directory or one of a run that was broken off");
        using OutputFile file = new(path);
        file.Stream.Write(Encoding.UTF8.GetBytes(record));
        file.Complete();
    }

    private static string Record(TableInput input, IReadOnlyList<string> settings)
    {
        string version = typeof(PartsRecord).Assembly.GetName().Version!.ToString();
        string[] lines =
        [
            $"albert {version}",
            .. input.Files.Select(Describe),
            .. settings.Select(setting => $"option {setting.ReplaceLineEndings("\\n")}"),
        ];
        return string.Join('\n', lines) + "\n";
    }

    private static string Describe(string file)
    {
        string written = File.GetLastWriteTimeUtc(file).ToString("o", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"input {Path.GetFullPath(file)}, {new FileInfo(file).Length} bytes, written {written}");
    }

    private static void Compare(string directory, string wanted, string found)
    {
        if (wanted == found)
            return;
        string[] here = wanted.Split('\n');
        string[] there = found.Split('\n');
        int at = Enumerable.Range(0, Math.Max(here.Length, there.Length)).First(i => here.ElementAtOrDefault(i) != there.ElementAtOrDefault(i));
        throw new BadInputException(
            $"{directory} holds parts of another run: there \"{there.ElementAtOrDefault(at)}\", here \"{here.ElementAtOrDefault(at)}\"; "
            + "give another directory, or remove this one");
    }
}
