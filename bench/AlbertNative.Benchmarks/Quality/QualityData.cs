using System.Text.Json;
using AlbertNative.Training;

namespace AlbertNative.Benchmarks;

/// <summary>The parts of the data sets that the recipes of <c>goldens/training-quality</c> learn from and are judged on.</summary>
internal static class QualityData
{
    private const int SegmentLines = 40, ExampleLines = 4, TrainLimit = 400, TestLimit = 200;

    /// <summary>Writes both parts, as the recipe divides them; of the development part, which no recipe chooses by, nothing is used.</summary>
    /// <exception cref="ArgumentException">The task is not one of those that discriminate.</exception>
    public static (string Train, string Test) Write(string task, string datasets, string folder)
    {
        string source = Path.Combine(datasets, task);
        switch (task)
        {
            case "parstwiner":
                return (Path.Combine(source, "train.txt"), Path.Combine(source, "test.txt"));
            case "ud-fa-perdt":
                DataSet<TaggedSentence> sentences = DataFiles.ReadTags(Path.Combine(source, "dev.conllu"));
                return (
                    Lines(folder, "train", sentences.Where((_, i) => i % 10 != 9).Select(s => new { tokens = s.Words, tags = s.Tags })),
                    Path.Combine(source, "test.conllu"));
            case "banking77":
                DataSet<LabelledText> texts = DataFiles.ReadTexts(Path.Combine(source, "train.csv"), new() { LabelColumns = ["category"] });
                DataSet<LabelledText> test = DataFiles.ReadTexts(Path.Combine(source, "test.csv"), new() { LabelColumns = ["category"] });
                return (
                    Lines(folder, "train", texts.Where((_, i) => i % 10 != 9).Select(Labelled)),
                    Lines(folder, "test", test.Select(Labelled)));
            case "ganjoor":
                return (Lines(folder, "train", Poems(source, part => part > 1, TrainLimit)), Lines(folder, "test", Poems(source, part => part == 0, TestLimit)));
            default:
                throw new ArgumentException($"{task} is not one of ud-fa-perdt, parstwiner, banking77 and ganjoor", nameof(task));
        }
    }

    private static object Labelled(LabelledText text) => new { text = text.Text, label = text.Labels[0] };

    /// <summary>Four lines each of some of the segments of forty, a poet's at most so many, evenly chosen.</summary>
    private static IEnumerable<object> Poems(string folder, Predicate<int> isOfPart, int limit)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            List<string> examples = [];
            int segment = 0;
            foreach (string[] run in Runs(File.ReadLines(file).SkipWhile(line => !line.StartsWith("number of beyts", StringComparison.Ordinal)).Skip(1)))
            {
                foreach (string[] lines in run.Chunk(SegmentLines))
                {
                    if (isOfPart(segment++ % 10))
                        examples.AddRange(lines.Chunk(ExampleLines).Where(part => part.Length == ExampleLines).Select(part => string.Join(' ', part)));
                }
            }
            int kept = Math.Min(limit, examples.Count);
            for (int i = 0; i < kept; i++)
                yield return new { text = examples[(int)((long)i * examples.Count / kept)], label = Path.GetFileNameWithoutExtension(file) };
        }
    }

    /// <summary>The lines between blank lines, the white space in each collapsed.</summary>
    private static IEnumerable<string[]> Runs(IEnumerable<string> lines)
    {
        List<string> run = [];
        foreach (string line in lines.Append(""))
        {
            string text = string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            if (text.Length > 0)
            {
                run.Add(text);
                continue;
            }
            if (run.Count > 0)
                yield return [.. run];
            run.Clear();
        }
    }

    private static string Lines(string folder, string name, IEnumerable<object> examples)
    {
        string path = Path.Combine(folder, name + ".jsonl");
        File.WriteAllLines(path, examples.Select(example => JsonSerializer.Serialize(example)));
        return path;
    }
}
