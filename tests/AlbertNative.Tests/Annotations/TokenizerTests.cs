using AlbertNative.Annotations;

namespace AlbertNative.Tests.Annotations;

public sealed class TokenizerTests
{
    [Theory]
    [InlineData("Hello, world (ok).", "0-4:Hello", "5-5:,", "7-11:world", "13-13:(", "14-15:ok", "16-17:).")]
    [InlineData("😀 ok😀.", "0-1:😀", "3-6:ok😀", "7-7:.")]
    [InlineData("((( a\u00A0b\td", "0-2:(((", "4-6:a\u00A0b", "8-8:d")]
    [InlineData("")]
    public void Tokens_are_cut_at_white_space_and_punctuation(string text, params string[] tokens) =>
        Assert.Equal(tokens, TextStages.Short(text, new Tokenizer { InputCols = ["document"] }));

    [Fact]
    public void A_lone_surrogate_is_a_character() =>
        Assert.Equal(["0-1:a\ud800", "3-4:\udc00b"], TextStages.Short("a\ud800 \udc00b", new Tokenizer { InputCols = ["document"] }));

    [Fact]
    public void A_place_behind_a_split_is_right_but_where_Spark_NLPs_faults_are_wanted()
    {
        Tokenizer Splitting(AnnotationMode mode) => new() { InputCols = ["document"], SplitChars = ["-", "/"], Mode = mode };
        Assert.Equal(["0-0:a", "2-2:b", "4-4:c", "6-6:."], TextStages.Short("a-b c/.", Splitting(AnnotationMode.SparkNlp)));
        Assert.Equal(["0-0:a", "2-2:b", "4-4:c", "5-5:."], TextStages.Short("a-b c/.", Splitting(AnnotationMode.SparkNlpExact)));
    }

    [Fact]
    public void A_place_behind_a_pair_of_surrogates_is_right_but_where_Spark_NLPs_faults_are_wanted()
    {
        Tokenizer Words(AnnotationMode mode) => new() { InputCols = ["document"], TargetPattern = @"\w+", Mode = mode };
        Assert.Equal(["3-4:ok"], TextStages.Short("😀 ok", Words(AnnotationMode.SparkNlp)));
        Assert.Equal(["2-3:ok"], TextStages.Short("😀 ok", Words(AnnotationMode.SparkNlpExact)));
    }

    [Fact]
    public void An_exception_stays_in_one_piece()
    {
        Tokenizer tokenizer = new() { InputCols = ["document"], Exceptions = ["New York", "e-mail"] };
        Assert.Equal(["0-1:to", "3-11:New York.", "13-18:e-mail", "20-25:e-mail", "26-26:."],
            TextStages.Short("to New York. e-mail e-mail.", tokenizer));
    }

    [Fact]
    public void Groups_of_an_infix_pattern_are_tokens()
    {
        Tokenizer tokenizer = new() { InputCols = ["document"], InfixPatterns = [@"([\p{L}]+')([\p{L}]+)"] };
        Assert.Equal(["0-1:l'", "2-4:une", "6-9:fois"], TextStages.Short("l'une fois", tokenizer));
    }

    [Theory]
    [InlineData("[a", null, null)]
    [InlineData(@"([a]*)", null, null)]
    [InlineData(null, @"([a]*)", null)]
    [InlineData(null, null, "abc")]
    public void Patterns_that_cannot_be_are_refused(string? prefix, string? suffix, string? infix)
    {
        Tokenizer tokenizer = new()
        {
            InputCols = ["document"],
            PrefixPattern = prefix,
            SuffixPattern = suffix,
            InfixPatterns = infix is null ? [] : [infix],
        };
        Assert.Throws<ArgumentException>(() => new AnnotationPipeline(tokenizer));
    }

    [Fact]
    public void A_long_candidate_takes_linear_time()
    {
        string text = string.Concat(Enumerable.Repeat("a.", 20_000)) + "\n";
        Assert.Equal(2, TextStages.Run(text, new Tokenizer { InputCols = ["document"], PrefixPattern = @"\A([#]*)" }).Count);
        Assert.Equal(2, TextStages.Run(text, new Tokenizer { InputCols = ["document"] }).Count);
    }

    [Fact]
    public void A_regular_expression_is_between_tokens()
    {
        RegexTokenizer tokenizer = new() { InputCols = ["document"], Pattern = ",", TrimWhitespace = true, PreservePosition = false };
        Assert.Equal(["0-0:a", "4-6:bc", "9-9:d"], TextStages.Short("a,  b c, d", tokenizer));
        Assert.Equal(["0-0:a", "2-2:b"], TextStages.Short("A B", new RegexTokenizer { InputCols = ["document"], ToLowercase = true }));
    }

    [Fact]
    public void Inputs_are_checked_by_their_kind()
    {
        AnnotationPipeline twice = new(TextStages.Document, new Tokenizer { InputCols = ["document"], OutputCol = "token" },
            new Tokenizer { InputCols = ["token"] });
        Assert.Contains("document annotations", Assert.Throws<ArgumentException>(() => twice.Transform(["x"])).Message);
        Assert.Contains("2 input columns", Assert.Throws<ArgumentException>(
            () => new AnnotationPipeline(new Tokenizer { InputCols = ["a", "b"] })).Message);
    }
}
