using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Training;

namespace AlbertNative.ParityTests.Training;

/// <summary>Real data sets are read letter for letter as the recipes of the reference runs read them: the digests of their parts.</summary>
public sealed class DataSetTests
{
    private const string Recipes = "goldens/training-quality/recipes";

    private static readonly Dictionary<string, DataOptions> Options = new()
    {
        ["banking77"] = new() { LabelColumns = ["category"] },
        ["deepsentipers-5"] = new() { HasHeader = false },
        ["digikala-part"] = new() { LabelColumns = ["recommend"] },
        ["farstail"] = new() { Quoting = Quoting.Csv },
        ["sst2"] = new() { HasHeader = false, Quoting = Quoting.None },
    };

    public static TheoryData<string> Classification => [.. Named(recipe => Options.ContainsKey(recipe))];

    public static TheoryData<string> Tagging => [.. Named(recipe =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedFolder.Root!, Recipes, recipe + ".json"))).RootElement.GetProperty("task").GetString() == "tag")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Classification))]
    public void Labelled_texts_are_the_recipes(string recipe) => Check(
        recipe, path => DataFiles.ReadTexts(path, Options[recipe]),
        text => text.Pair is null ? $"[[{Json(text.Text)}],{Json(text.Labels[0])}]" : $"[[{Json(text.Text)},{Json(text.Pair)}],{Json(text.Labels[0])}]");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tagging))]
    public void Tagged_sentences_are_the_recipes(string recipe) => Check(
        recipe, path => DataFiles.ReadTags(path),
        sentence => $"[[{string.Join(',', sentence.Words.Select(Json))}],[{string.Join(',', sentence.Tags.Select(Json))}]]");

    [Fact]
    public void Comments_that_stand_in_train_and_test_are_found()
    {
        string folder = SharedFolder.Require("datasets", "digikala-part");
        DataSet<LabelledText> train = DataFiles.ReadTexts(Path.Combine(folder, "comment_train.csv"), Options["digikala-part"]);
        DataSet<LabelledText> test = DataFiles.ReadTexts(Path.Combine(folder, "comment_test.csv"), Options["digikala-part"]);
        IReadOnlyList<SharedExample> shared = SharedExamples.Find(train, test);
        Assert.Equal((6000, 800, 553), (train.Count, test.Count, shared.Count));
        // Without the tenth of the train file that the recipe holds out.
        Assert.Equal(493, SharedExamples.Find(train.Where((_, i) => i % 10 != 9), test).Count);
        Assert.All(shared, example => Assert.Contains(train, text => text.Line == example.TrainLine && text.Text == example.Text));
    }

    [Fact]
    public void Tabs_with_quotation_marks_are_refused_until_a_reading_is_chosen()
    {
        string path = SharedFolder.Require("datasets", "farstail", "Train-word.csv");
        DataFormatException refused = Assert.Throws<DataFormatException>(() => DataFiles.ReadTexts(path));
        Assert.Contains("choose the quoting", refused.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, refused.Line);
        Assert.Equal(7266, DataFiles.ReadTexts(path, Options["farstail"]).Count);
    }

    [Fact]
    public void SQuADs_nesting_is_read()
    {
        DataSet<QuestionExample> persian = DataFiles.ReadQuestions(SharedFolder.Require("datasets", "pquad", "Validation.json"));
        Assert.Equal((7976, 1981), (persian.Count, persian.Count(question => question.Answers.Count == 0)));
        DataSet<QuestionExample> english = DataFiles.ReadQuestions(SharedFolder.Require("datasets", "xquad-en", "xquad.en.json"));
        Assert.Equal((1190, 240), (english.Count, english.Select(question => question.Context).Distinct().Count()));
        Assert.All(english, question => Assert.Equal(question.Answers[0].Text, question.Context[question.Answers[0].Span.Start..question.Answers[0].Span.End]));
    }

    [Fact]
    public void Objects_of_one_line_each_are_read()
    {
        DataSet<LabelledText> texts = DataFiles.ReadTexts(
            SharedFolder.Require("datasets", "massive-fa-sample", "fa-IR.jsonl"), new() { TextColumn = "utt", LabelColumns = ["intent"] });
        Assert.Equal((500, "alarm_set"), (texts.Count, texts[0].Labels[0]));
    }

    private static void Check<T>(string recipe, Func<string, IReadOnlyList<T>> read, Func<T, string> json)
    {
        JsonElement root = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require(Recipes, recipe + ".json"))).RootElement;
        string[] files = root.GetProperty("files").Deserialize<string[]>()!;
        string split = root.GetProperty("split").GetString()!;
        IReadOnlyList<T>[] parts = [.. files.Select(file => read(Path.Combine(SharedFolder.Root!, file)))];
        if (parts.Length == 2)
            parts = [[.. parts[0].Where((_, i) => i % 10 != 9)], [.. parts[0].Where((_, i) => i % 10 == 9)], parts[1]];
        const string Multiple = "a multiple of ";
        int every = split.IndexOf(Multiple, StringComparison.Ordinal) is var at and >= 0
            ? int.Parse(split.AsSpan(at + Multiple.Length, 1), CultureInfo.InvariantCulture) : 1;
        parts[0] = [.. parts[0].Where((_, i) => i % every == 0)];
        string[] names = ["train", "dev", "test"];
        for (int i = 0; i < names.Length; i++)
        {
            JsonElement expected = root.GetProperty("parts").GetProperty(names[i]);
            Assert.Equal(expected.GetProperty("examples").GetInt32(), parts[i].Count);
            string lines = string.Concat(parts[i].Select(example => json(example) + "\n"));
            Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines))));
        }
    }

    /// <summary>Python's <c>json.dumps(text, ensure_ascii=False)</c>.</summary>
    private static string Json(string text)
    {
        StringBuilder json = new("\"");
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append("\\\\"),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                '\b' => json.Append("\\b"),
                '\f' => json.Append("\\f"),
                < ' ' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => json.Append(c),
            };
        }
        return json.Append('"').ToString();
    }

    private static IEnumerable<string> Named(Func<string, bool> wanted) =>
        SharedFolder.Files(Recipes, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Where(wanted);
}
