using AlbertNative.Evaluation;

namespace AlbertNative.Tests.Evaluation;

public sealed class EntityReportTests
{
    [Fact]
    public void A_report_prints_as_seqevals()
    {
        EntityReport report = EntityReport.Of(
            [["B-PER", "I-PER", "O", "B-LOC"], ["O", "I-ORG"]], [["B-PER", "I-PER", "O", "B-ORG"], ["O", "I-ORG"]]);
        const string Text =
            """
                          precision    recall  f1-score   support

                     LOC       0.00      0.00      0.00         1
                     ORG       0.50      1.00      0.67         1
                     PER       1.00      1.00      1.00         1

               micro avg       0.67      0.67      0.67         3
               macro avg       0.50      0.67      0.56         3
            weighted avg       0.50      0.67      0.56         3

            """;
        Assert.Equal(Text, report.ToString());
        Assert.Equal(5 / 6.0, report.Accuracy);
    }

    [Fact]
    public void An_I_without_a_B_is_an_entity_by_the_lenient_rule_only()
    {
        string[] tags = ["O", "I-PER", "I-PER"];
        Assert.Equal([new TaggedEntity("PER", 1, 3)], EntityTags.Find(tags));
        Assert.Empty(EntityTags.Find(tags, TagScheme.Iob2));
        Assert.Equal([new TaggedEntity("PER", 1, 3)], EntityTags.Find(tags, TagScheme.Iob1));
    }

    [Fact]
    public void Bad_tags_are_refused_by_name()
    {
        FormatException prefix = Assert.Throws<FormatException>(() => EntityReport.Of([["O"], ["O", "X-A"]], [["O"], ["O", "O"]], TagScheme.Iob2));
        Assert.Equal("Sentence 1: Tag 'X-A' of token 1 has a prefix that IOB2 does not have (I, O, B).", prefix.Message);
        Assert.Throws<FormatException>(() => EntityTags.Find([""]));
        Assert.Contains("O S", Assert.Throws<FormatException>(() => EntityTags.DetectScheme([["O", "S-A"]])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Sentence 0 has 1 predicted tags for 2", Assert.Throws<ArgumentException>(() => EntityReport.Of([["O", "O"]], [["O"]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_string_is_a_tag_or_refused()
    {
        Random random = new(1);
        for (int round = 0; round < 2000; round++)
        {
            string[] tags = [.. Enumerable.Range(0, random.Next(8)).Select(_ => RandomTag(random))];
            foreach (Func<object> find in (Func<object>[])
                [() => EntityTags.Find(tags), .. Enum.GetValues<TagScheme>().Select(scheme => (Func<object>)(() => EntityTags.Find(tags, scheme)))])
            {
                if (Record.Exception(find) is { } exception)
                    Assert.IsType<FormatException>(exception);
            }
        }
    }

    private static string RandomTag(Random random) =>
        new([.. Enumerable.Range(0, random.Next(4)).Select(_ => "OBIESLU-.\uD83D\uDE00\u200C"[random.Next(12)])]);
}
