namespace AlbertNative.Model;

/// <summary>BERT's names, as Hugging Face's transformers writes them.</summary>
internal static class BertFamily
{
    public static Family Table { get; } = new()
    {
        ModelType = "bert",
        ClassPrefix = "Bert",
        Architectures =
        [
            ModelArchitecture.Model, ModelArchitecture.PreTraining, ModelArchitecture.MaskedLM, ModelArchitecture.NextSentencePrediction,
            ModelArchitecture.SequenceClassification, ModelArchitecture.TokenClassification, ModelArchitecture.QuestionAnswering,
            ModelArchitecture.MultipleChoice,
        ],
        BasePrefix = "bert.",
        EmbeddingProjection = null,
        Pooler = "bert.pooler.dense",
        LayerFormat = "bert.encoder.layer.{0}",
        Layer = new(
            "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
            "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm"),
        Prediction = new(
            "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.bias", "cls.predictions.decoder"),
        SentencePair = "cls.seq_relationship",
        SentencePairLogits = "seq_relationship_logits",
        SentencePairArchitecture = ModelArchitecture.NextSentencePrediction,
        SentencePairLabels = 2,
        JudgesOrder = false,
        DropsSentencePair = false,
        DropsFfnOutput = true,
    };
}
