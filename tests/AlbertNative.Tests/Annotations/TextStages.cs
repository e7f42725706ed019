using AlbertNative.Annotations;

namespace AlbertNative.Tests.Annotations;

/// <summary>What stages make of a text, in short.</summary>
internal static class TextStages
{
    public static DocumentAssembler Document { get; } = new() { InputCol = "text", OutputCol = "document" };

    /// <summary>The last column that the stages give for a text.</summary>
    public static IReadOnlyList<Annotation> Run(string? text, params PipelineStage[] stages)
    {
        AnnotationFrame frame = new AnnotationPipeline([Document, .. stages]).Transform(AnnotationFrame.OfTexts([text]));
        return frame.Rows.Single().Annotations(frame.Schema.Columns[^1].Name);
    }

    /// <summary>The same as <c>begin-end:text</c>.</summary>
    public static string[] Short(string? text, params PipelineStage[] stages) =>
        [.. Run(text, stages).Select(annotation => $"{annotation.Begin}-{annotation.End}:{annotation.Result}")];
}
