namespace AlbertNative.Tokenization;

/// <summary>How encodings are brought to a length.</summary>
public sealed record PaddingOptions
{
    /// <summary>The fewest tokens that an encoding has; null pads to no length of its own.</summary>
    public int? Length { get; init; }

    /// <summary>What the number of tokens is rounded up to a multiple of; null or 0 does not round.</summary>
    public int? MultipleOf { get; init; }

    /// <summary>The id of the tokens that are put in.</summary>
    public required int TokenId { get; init; }

    /// <summary>Their token type.</summary>
    public int TokenTypeId { get; init; }

    /// <summary>Whether they stand before the text instead of after it.</summary>
    public bool Left { get; init; }

    /// <summary>The tokens that an encoding of <paramref name="count"/> is padded to.</summary>
    internal int Apply(int count)
    {
        long length = Math.Max(count, Length ?? 0);
        if (MultipleOf is int multiple and > 1)
            length = (length + multiple - 1) / multiple * multiple;
        return checked((int)length);
    }

    /// <summary>Throws where a number makes no sense by itself.</summary>
    internal void Validate(int vocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Length ?? 0, nameof(Length));
        ArgumentOutOfRangeException.ThrowIfNegative(MultipleOf ?? 0, nameof(MultipleOf));
        ArgumentOutOfRangeException.ThrowIfNegative(TokenId, nameof(TokenId));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(TokenId, vocabularySize, nameof(TokenId));
    }
}
