namespace AlbertNative.Extensions.AI.Telemetry;

/// <summary>
/// What a task's calls are called in <c>gen_ai.operation.name</c>: the conventions' own name where there is one, else
/// the name of Hugging Face's pipeline.
/// </summary>
internal static class OperationNames
{
    private static readonly Dictionary<Type, string> Names = new()
    {
        [typeof(TextEmbedder)] = "embeddings",
        [typeof(MaskFiller)] = "fill_mask",
        [typeof(TextClassifier)] = "text_classification",
        [typeof(TokenClassifier)] = "token_classification",
        [typeof(QuestionAnswerer)] = "question_answering",
        [typeof(SentenceOrderPredictor)] = "sentence_order",
        [typeof(MultipleChoiceSelector)] = "multiple_choice",
    };

    public static string Of(Type task) => Names[task];
}
