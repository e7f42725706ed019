using System.Text;
using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Pipelines;

/// <summary>Post-processing on given scores: <c>goldens/pipelines</c>, every file and line.</summary>
public sealed class PipelineGoldenTests
{
    private const double ScoreTolerance = 1e-6;

    public static TheoryData<string> Files() =>
        new(SharedFolder.Files(Path.Combine("goldens", "pipelines"), "*.jsonl.gz").Select(path => Path.GetFileName(path)));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void Entities_are_those_of_the_pipeline(string file)
    {
        foreach (JsonElement line in Lines(file, "token-classification"))
        {
            string text = line.GetProperty("text").GetString()!;
            string[] labels = [.. line.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!)];
            int[] utf16 = CodePointOffsets(text);
            List<TokenPrediction> tokens = Tokens(line, text, utf16);

            foreach (JsonProperty strategy in line.GetProperty("expected").EnumerateObject())
            {
                List<Entity> entities = EntityAggregation.Aggregate(
                    tokens, labels, Enum.Parse<AggregationStrategy>(strategy.Name, ignoreCase: true));
                entities.RemoveAll(entity => entity.Label == "O");
                AssertEntities(strategy.Value, entities, utf16, $"{strategy.Name}: {text}");
            }
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void Answer_spans_are_those_of_the_pipeline(string file)
    {
        foreach (JsonElement line in Lines(file, "question-answering"))
        {
            List<AnswerSpan> spans = AnswerSpans.Search(
                Numbers(line, "start"),
                Numbers(line, "end"),
                [.. Numbers(line, "answerable").Select(flag => flag != 0)],
                line.GetProperty("top_k").GetInt32(),
                line.GetProperty("max_answer_length").GetInt32());

            JsonElement[] expected = [.. line.GetProperty("expected").EnumerateArray()];
            Assert.Equal(expected.Select(e => (e[0].GetInt32(), e[1].GetInt32())), spans.Select(s => (s.First, s.Last)));
            Assert.All(spans, (span, i) => Assert.Equal(expected[i][2].GetDouble(), span.Score, ScoreTolerance));
        }
    }

    private static List<TokenPrediction> Tokens(JsonElement line, string text, int[] utf16)
    {
        const int UnknownId = 1;
        List<TokenPrediction> tokens = [];
        int[] ids = [.. line.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        for (int i = 0; i < ids.Length; i++)
        {
            // The first and last token are [CLS] and [SEP]; the same ids within the text are left out, too.
            if (ids[i] == ids[0] || ids[i] == ids[^1])
                continue;

            JsonElement offsets = line.GetProperty("offsets")[i];
            TextSpan span = new(utf16[offsets[0].GetInt32()], utf16[offsets[1].GetInt32()]);
            bool unknown = ids[i] == UnknownId;
            float[] logits = [.. line.GetProperty("logits")[i].EnumerateArray().Select(logit => logit.GetSingle())];
            tokens.Add(new(
                unknown ? text[span.Start..span.End] : line.GetProperty("tokens")[i].GetString()!,
                Probabilities.Softmax(logits),
                span,
                i,
                !unknown && TokenPrediction.Continues(text, span)));
        }
        return tokens;
    }

    private static void AssertEntities(JsonElement expected, List<Entity> entities, int[] utf16, string where)
    {
        Assert.True(expected.GetArrayLength() == entities.Count, where);
        foreach ((JsonElement golden, Entity entity) in expected.EnumerateArray().Zip(entities))
        {
            bool aggregated = golden.TryGetProperty("entity_group", out JsonElement label);
            Assert.Equal((aggregated ? label : golden.GetProperty("entity")).GetString(), entity.Label);
            Assert.Equal(golden.GetProperty("word").GetString(), entity.Word);
            Assert.Equal(utf16[golden.GetProperty("start").GetInt32()], entity.Span.Start);
            Assert.Equal(utf16[golden.GetProperty("end").GetInt32()], entity.Span.End);
            Assert.Equal(golden.GetProperty("score").GetDouble(), entity.Score, ScoreTolerance);
            Assert.Equal(aggregated ? null : golden.GetProperty("index").GetInt32(), entity.TokenIndex);
        }
    }

    private static IEnumerable<JsonElement> Lines(string file, string task) =>
        GoldenLines.Read(SharedFolder.Require("goldens", "pipelines", file))
            .Where(line => line.GetProperty("task").GetString() == task);

    private static double[] Numbers(JsonElement line, string name) =>
        [.. line.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    /// <summary>The UTF-16 index at which each code point begins, and the length at the end.</summary>
    private static int[] CodePointOffsets(string text)
    {
        List<int> offsets = [];
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            offsets.Add(at);
            at += rune.Utf16SequenceLength;
        }
        return [.. offsets, at];
    }
}
