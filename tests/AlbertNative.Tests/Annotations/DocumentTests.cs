using AlbertNative.Annotations;

namespace AlbertNative.Tests.Annotations;

public sealed class DocumentTests
{
    [Theory]
    [InlineData(CleanupMode.Disabled, " a\t", " a\t")]
    [InlineData(CleanupMode.Inplace, "a\r\nb\tc", "a  b c")]
    [InlineData(CleanupMode.InplaceFull, @"a\r\nb\tc", "a b c")]
    [InlineData(CleanupMode.Shrink, "  a \n\t b\u00A0c ", "a b\u00A0c")]
    [InlineData(CleanupMode.ShrinkFull, @"a\nb \t\t c\r\nd", "a b   c d")]
    [InlineData(CleanupMode.Each, "a\n\nb \tc\td", "a b c\td")]
    [InlineData(CleanupMode.EachFull, "a \\nb\n\nc", "a b c")]
    [InlineData(CleanupMode.DeleteFull, @" a\nb\tc ", "abc")]
    public void White_space_is_cleaned(CleanupMode mode, string text, string cleaned)
    {
        AnnotationPipeline pipeline = new(new DocumentAssembler { CleanupMode = mode });
        Annotation document = pipeline.Transform([text]).Single().Annotations("document").Single();
        Assert.Equal((cleaned, 0, cleaned.Length - 1), (document.Result, document.Begin, document.End));
    }

    [Fact]
    public void A_text_that_is_null_is_an_empty_document()
    {
        Annotation document = TextStages.Run(null).Single();
        Assert.Equal(("", 0, -1, "0"), (document.Result, document.Begin, document.End, document.Metadata["sentence"]));
    }

    [Fact]
    public void Cleaning_a_long_run_takes_linear_time()
    {
        string text = string.Concat(Enumerable.Repeat(@"\r", 300_000));
        Assert.Equal(text.Length, new AnnotationPipeline(new DocumentAssembler { CleanupMode = CleanupMode.ShrinkFull })
            .Transform([text]).Single().Annotations("document").Single().Result.Length);
    }

    [Fact]
    public void A_column_that_is_missing_is_named()
    {
        AnnotationPipeline pipeline = new(new DocumentAssembler { InputCol = "body" });
        Assert.Contains("'body'", Assert.Throws<ArgumentException>(() => pipeline.Transform(["x"])).Message);
    }

    [Fact]
    public void A_column_that_holds_no_texts_is_named()
    {
        AnnotationFrame frame = new(new FrameSchema([new("text", ColumnKind.Value)]), [new AnnotationRow([new("text", 7)])]);
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => new AnnotationPipeline(TextStages.Document).Transform(frame).Rows.ToList());
        Assert.Contains("Int32", refusal.Message);
    }

    [Fact]
    public void A_question_and_its_context_are_two_documents()
    {
        FrameSchema schema = new([new("q", ColumnKind.Text), new("c", ColumnKind.Text)]);
        AnnotationFrame frame = new(schema, [new AnnotationRow([new("q", "What?"), new("c", null)])]);
        AnnotationRow row = new AnnotationPipeline(new MultiDocumentAssembler { InputCols = ["q", "c"], OutputCols = ["dq", "dc"] })
            .Transform(frame).Rows.Single();
        Assert.Equal("What?", row.Annotations("dq").Single().Result);
        Assert.Equal(-1, row.Annotations("dc").Single().End);
    }
}
