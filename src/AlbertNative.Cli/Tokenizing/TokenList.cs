using AlbertNative.Tokenization;

namespace AlbertNative.Cli;

/// <summary>A tokenized text or pair, whichever tokenizer made it.</summary>
internal sealed class TokenList
{
    public required int[] Ids { get; init; }

    public required IReadOnlyList<string> Tokens { get; init; }

    public required int[] TokenTypeIds { get; init; }

    /// <summary>In UTF-16 indices of the string that the token comes from.</summary>
    public required TextSpan[] Spans { get; init; }

    /// <summary>0 or 1 for the text or its pair; -1 for special tokens that were added.</summary>
    public required int[] SequenceIndices { get; init; }

    public required int[] WordIndices { get; init; }

    /// <summary>Further windows, each made when it is come to.</summary>
    public IEnumerable<TokenList> Overflow { get; init; } = [];

    public static TokenList Of(Encoding encoding) => new()
    {
        Ids = encoding.Ids.ToArray(),
        Tokens = encoding.Tokens,
        TokenTypeIds = encoding.TokenTypeIds.ToArray(),
        Spans = encoding.Spans.ToArray(),
        SequenceIndices = encoding.SequenceIndices.ToArray(),
        WordIndices = encoding.WordIndices.ToArray(),
        Overflow = encoding.Overflow.Select(Of),
    };
}
