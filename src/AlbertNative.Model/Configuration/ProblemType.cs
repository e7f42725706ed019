namespace AlbertNative.Model;

/// <summary>What a sequence classifier's logits mean (<c>problem_type</c>).</summary>
public enum ProblemType
{
    /// <summary><c>regression</c>: the logits are the answer.</summary>
    Regression,

    /// <summary><c>single_label_classification</c>: exactly one label holds; softmax over the logits.</summary>
    SingleLabelClassification,

    /// <summary><c>multi_label_classification</c>: each label holds or not by itself; a sigmoid of each logit.</summary>
    MultiLabelClassification,
}
