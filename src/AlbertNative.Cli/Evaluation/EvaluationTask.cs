namespace AlbertNative.Cli;

/// <summary>What is judged.</summary>
internal enum EvaluationTask
{
    /// <summary>Labels of texts.</summary>
    Classify,

    /// <summary>Numbers for texts.</summary>
    Regress,

    /// <summary>Tags of words.</summary>
    Tag,

    /// <summary>The right one of several choices.</summary>
    Choose,

    /// <summary>Answers to questions.</summary>
    Answer,

    /// <summary>The similarity of sentences.</summary>
    Similarity,

    /// <summary>Masked tokens and the order of segments.</summary>
    Pretrain,
}
