namespace AlbertNative;

/// <summary>What to ask of a <see cref="QuestionAnswerer"/>. The defaults are those of Hugging Face's pipeline.</summary>
public sealed record QuestionAnsweringOptions
{
    /// <summary>The best answer, which is always some part of the context.</summary>
    public static QuestionAnsweringOptions Default { get; } = new();

    /// <summary>The most answers to return.</summary>
    public int TopK { get; init; } = 1;

    /// <summary>The most tokens of an answer.</summary>
    public int MaxAnswerLength { get; init; } = 15;

    /// <summary>
    /// Tokens of the context that neighbouring windows share; null for 128, or half a window where that is less.
    /// </summary>
    public int? Stride { get; init; }

    /// <summary>Whether "there is no answer" (an empty text) is among the answers, for models trained to say so.</summary>
    public bool AllowNoAnswer { get; init; }

    /// <summary>Whether an answer that begins or ends within a word is extended to the whole word.</summary>
    public bool AlignToWords { get; init; } = true;
}
