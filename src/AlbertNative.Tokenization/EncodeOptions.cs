namespace AlbertNative.Tokenization;

/// <summary>How to encode one text or pair.</summary>
public sealed record EncodeOptions
{
    /// <summary>Everything, uncut, with special tokens.</summary>
    public static EncodeOptions Default { get; } = new();

    /// <summary>Whether to add the model's special tokens (<c>[CLS] A [SEP]</c>, <c>[CLS] A [SEP] B [SEP]</c>).</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>The most tokens an encoding may hold, special tokens included; null for no limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>What is cut where <see cref="MaxLength"/> is exceeded.</summary>
    public TruncationStrategy Truncation { get; init; } = TruncationStrategy.LongestFirst;

    /// <summary>
    /// Which end of a text is cut. From its start it is cut without windows alone: a <see cref="Stride"/> is then refused.
    /// </summary>
    public TruncationSide Side { get; init; } = TruncationSide.Right;

    /// <summary>
    /// Null: what is cut off is lost, and is not even looked at where that changes nothing. A number: it comes back as
    /// windows on <see cref="Encoding.Overflow"/>, each of which repeats so many tokens of the one before it.
    /// </summary>
    public int? Stride { get; init; }

    /// <summary>How encodings, and the windows on <see cref="Encoding.Overflow"/>, are padded; null does not pad.</summary>
    public PaddingOptions? Padding { get; init; }

    /// <summary>Throws where a number makes no sense by itself.</summary>
    internal void Validate(int vocabularySize)
    {
        Padding?.Validate(vocabularySize);
        if (MaxLength is int length)
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(MaxLength));
        if (Stride is int stride)
            ArgumentOutOfRangeException.ThrowIfNegative(stride, nameof(Stride));
        if (!Enum.IsDefined(Truncation))
            throw new ArgumentOutOfRangeException(null, Truncation, $"{nameof(Truncation)} is no truncation strategy.");
        if (!Enum.IsDefined(Side))
            throw new ArgumentOutOfRangeException(null, Side, $"{nameof(Side)} is no end of a text.");
        if (Side == TruncationSide.Left && Stride is not null)
            throw new ArgumentException($"{nameof(Stride)} asks for windows, which there are none of where texts are cut at their start.");
    }
}
