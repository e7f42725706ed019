namespace AlbertNative.Model;

/// <summary>
/// Which head, if any, stands on the encoder: Hugging Face's classes without their family, so that
/// <see cref="MaskedLM"/> is AlbertForMaskedLM in one family and BertForMaskedLM in another.
/// </summary>
public enum ModelArchitecture
{
    /// <summary>The encoder and, where the checkpoint has one, the pooler.</summary>
    Model,

    /// <summary>What the family is pre-trained with: masked language model, and a judgement of two sentences.</summary>
    PreTraining,

    /// <summary>Masked language model.</summary>
    MaskedLM,

    /// <summary>Whether the second text continues the first.</summary>
    NextSentencePrediction,

    /// <summary>One label set for a whole sequence, from the pooled output.</summary>
    SequenceClassification,

    /// <summary>One label set for each token.</summary>
    TokenClassification,

    /// <summary>Start and end scores of an answer span for each token.</summary>
    QuestionAnswering,

    /// <summary>One score for each of several choices, from the pooled output.</summary>
    MultipleChoice,
}
