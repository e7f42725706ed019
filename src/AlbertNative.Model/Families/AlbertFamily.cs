namespace AlbertNative.Model;

/// <summary>ALBERT's names, as Hugging Face's transformers writes them.</summary>
internal static class AlbertFamily
{
    public static Family Table { get; } = new()
    {
        ModelType = "albert",
        ClassPrefix = "Albert",
        Architectures =
        [
            ModelArchitecture.Model, ModelArchitecture.PreTraining, ModelArchitecture.MaskedLM, ModelArchitecture.SequenceClassification,
            ModelArchitecture.TokenClassification, ModelArchitecture.QuestionAnswering, ModelArchitecture.MultipleChoice,
        ],
        BasePrefix = "albert.",
        EmbeddingProjection = "albert.encoder.embedding_hidden_mapping_in",
        Pooler = "albert.pooler",
        LayerFormat = "albert.encoder.albert_layer_groups.{0}.albert_layers.{1}",
        Layer = new(
            "attention.query", "attention.key", "attention.value", "attention.dense", "attention.LayerNorm",
            "ffn", "ffn_output", "full_layer_layer_norm"),
        Prediction = new("predictions.dense", "predictions.LayerNorm", "predictions.bias", "predictions.decoder"),
        SentencePair = "sop_classifier.classifier",
        SentencePairLogits = "sop_logits",
        SentencePairArchitecture = ModelArchitecture.PreTraining,
        SentencePairLabels = null,
        JudgesOrder = true,
        DropsSentencePair = true,
        DropsFfnOutput = false,
    };
}
