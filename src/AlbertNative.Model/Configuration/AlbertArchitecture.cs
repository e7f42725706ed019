namespace AlbertNative.Model;

/// <summary>The ALBERT classes: which head, if any, stands on the encoder.</summary>
public enum AlbertArchitecture
{
    /// <summary>The encoder and, where the checkpoint has one, the pooler.</summary>
    AlbertModel,

    /// <summary>Masked language model and sentence order, as ALBERT is pre-trained.</summary>
    AlbertForPreTraining,

    /// <summary>Masked language model.</summary>
    AlbertForMaskedLM,

    /// <summary>One label set for a whole sequence, from the pooled output.</summary>
    AlbertForSequenceClassification,

    /// <summary>One label set for each token.</summary>
    AlbertForTokenClassification,

    /// <summary>Start and end scores of an answer span for each token.</summary>
    AlbertForQuestionAnswering,

    /// <summary>One score for each of several choices, from the pooled output.</summary>
    AlbertForMultipleChoice,
}
