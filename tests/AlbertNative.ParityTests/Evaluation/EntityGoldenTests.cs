using System.Text.Json;
using AlbertNative.Evaluation;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Evaluation;

/// <summary>Entities and reports as seqeval finds them, in its default mode and in all six schemes.</summary>
public sealed class EntityGoldenTests
{
    public static TheoryData<string> Files =>
        [.. SharedFolder.Files("goldens/training/metrics", "entities.*.jsonl.gz").Select(path => Path.GetFileName(path))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void Entities_are_seqevals(string file)
    {
        int cases = 0;
        foreach (JsonElement line in MetricGolden.Read(file))
        {
            string[] tags = line.GetProperty("tags").Deserialize<string[]>()!;
            // seqeval's default spans end at the last token, ours after it, as its strict ones.
            Check(line.GetProperty("default"), () => EntityTags.Find(tags), tags, end: 1);
            foreach (TagScheme scheme in Enum.GetValues<TagScheme>())
                Check(line.GetProperty(scheme.ToString().ToUpperInvariant()), () => EntityTags.Find(tags, scheme), tags, end: 0);
            string detected = line.GetProperty("scheme").GetString()!;
            if (Enum.TryParse(detected, ignoreCase: true, out TagScheme expected))
                Assert.Equal(expected, EntityTags.DetectScheme([tags]));
            else
                Assert.Throws<FormatException>(() => EntityTags.DetectScheme([tags]));
            cases++;
        }
        Assert.NotEqual(0, cases);
    }

    [Fact]
    public void Reports_are_seqevals()
    {
        MetricGolden golden = new();
        int cases = 0;
        foreach (JsonElement line in MetricGolden.Read("seqeval.jsonl.gz"))
        {
            string[][] truth = line.GetProperty("truth").Deserialize<string[][]>()!;
            string[][] predicted = line.GetProperty("predicted").Deserialize<string[][]>()!;
            int digits = line.GetProperty("digits").GetInt32();
            EntityReport report = EntityReport.Of(truth, predicted);
            golden.Compare(line.GetProperty("accuracy"), report.Accuracy, $"{cases}.accuracy");
            Compare(golden, line.GetProperty("default"), report, digits, $"{cases}.default");
            TagScheme scheme = Enum.Parse<TagScheme>(line.GetProperty("scheme").GetString()!, ignoreCase: true);
            Compare(golden, line.GetProperty("strict"), EntityReport.Of(truth, predicted, scheme), digits, $"{cases}.strict");
            cases++;
        }
        golden.Report("seqeval", cases);
    }

    private static void Compare(MetricGolden golden, JsonElement expected, EntityReport report, int digits, string what)
    {
        if (expected.TryGetProperty("error", out _))
        {
            // seqeval has no report where there is no entity; ours is empty.
            Assert.Empty(report.Types);
            Assert.Equal(default, report.Micro);
            return;
        }
        golden.Compare(expected.GetProperty("micro"), report.Micro, what + ".micro");
        golden.Compare(expected.GetProperty("macro"), report.Macro, what + ".macro");
        golden.Compare(expected.GetProperty("weighted"), report.Weighted, what + ".weighted");
        Assert.Equal(expected.GetProperty("report").GetString(), report.ToString(digits));
    }

    private static void Check(JsonElement expected, Func<IReadOnlyList<TaggedEntity>> find, string[] tags, int end)
    {
        if (expected.ValueKind == JsonValueKind.String)
        {
            Assert.Throws<FormatException>(find);
            return;
        }
        IEnumerable<TaggedEntity> entities = expected.EnumerateArray()
            .Select(e => new TaggedEntity(e[0].GetString()!, e[1].GetInt32(), e[2].GetInt32() + end));
        IReadOnlyList<TaggedEntity> found = find();
        Assert.True(entities.SequenceEqual(found), $"[{string.Join(", ", tags)}]: {string.Join(", ", found)} instead of {expected}");
    }
}
