using System.Text;
using AlbertNative.Annotations;

namespace AlbertNative.Tests.Annotations;

/// <summary>Whatever a text holds, positions are those of what they stand for, and nothing fails.</summary>
public sealed class RandomTextTests
{
    private static readonly string[] Parts =
    [
        "a", "B", "Dr.", "e.g.", "1", "12", ".", "...", "!", "?", ";", ",", "'", "\"", "(", ")", "[", "]", "-", "°", "$", " ", "  ", "\n", "\t",
        "\u00A0", "\u2028", "é", "İ", "Σ", "😀", "\ud800", "\udc00", "\uFDD0", "\uFDD8", "\uF050", "ↈ", "ↇ", "سلام", "p.m.", "U.S.", "#", "",
    ];

    [Fact]
    public void Sentences_and_tokens_stand_where_they_say()
    {
        Random random = new(7);
        SentenceDetector[] detectors =
        [
            new() { InputCols = ["document"], OutputCol = "sentence" },
            new() { InputCols = ["document"], OutputCol = "sentence", CustomBounds = ["#", @"\s+"] },
            new() { InputCols = ["document"], OutputCol = "sentence", CustomBounds = ["[#a]"], UseCustomBoundsOnly = true },
            new() { InputCols = ["document"], OutputCol = "sentence", CustomBounds = ["#"], CustomBoundsStrategy = BoundsStrategy.Append, SplitLength = 5 },
        ];
        Tokenizer[] tokenizers =
        [
            new() { InputCols = ["sentence"], OutputCol = "token" },
            new() { InputCols = ["sentence"], OutputCol = "token", SplitChars = ["-", "'"], Exceptions = ["a B", "Dr\\."] },
            new() { InputCols = ["sentence"], OutputCol = "token", TargetPattern = @"\w+" },
            new() { InputCols = ["sentence"], OutputCol = "token", InfixPatterns = [@"([^\s\p{L}]{1})+(\p{L}+)", @"(\w+)('\w+)"] },
        ];
        for (int i = 0; i < 2000; i++)
        {
            string text = Text(random);
            AnnotationRow row = new AnnotationPipeline(
                TextStages.Document, detectors[i % detectors.Length], tokenizers[i / detectors.Length % tokenizers.Length])
                .Transform([text]).Single();
            foreach (Annotation annotation in row.Annotations("sentence").Concat(row.Annotations("token")))
            {
                Assert.Equal(annotation.Result.Length, annotation.End - annotation.Begin + 1);
                Assert.Equal(annotation.Result, text.Substring(annotation.Begin, annotation.Result.Length));
            }
        }
    }

    [Fact]
    public void Nothing_fails_in_any_mode()
    {
        Random random = new(8);
        foreach (AnnotationMode mode in Enum.GetValues<AnnotationMode>())
        {
            AnnotationPipeline pipeline = new(
                new DocumentAssembler { CleanupMode = CleanupMode.EachFull },
                new SentenceDetector { InputCols = ["document"], OutputCol = "sentence", Mode = mode, CustomBounds = ["#"], SplitLength = 3 },
                new Tokenizer { InputCols = ["sentence"], OutputCol = "token", Mode = mode, SplitPattern = "[-a]", Exceptions = ["1 "] },
                new RegexTokenizer { InputCols = ["sentence"], OutputCol = "regex", ToLowercase = true, TrimWhitespace = true, Mode = mode });
            foreach (AnnotationRow row in pipeline.Transform(Enumerable.Range(0, 500).Select(_ => Text(random))))
                Assert.NotNull(row.Annotations("regex"));
        }
    }

    private static string Text(Random random)
    {
        StringBuilder text = new();
        for (int parts = random.Next(30); parts > 0; parts--)
            text.Append(Parts[random.Next(Parts.Length)]);
        return text.ToString();
    }
}
