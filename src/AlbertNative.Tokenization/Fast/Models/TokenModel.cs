namespace AlbertNative.Tokenization.Fast.Models;

/// <summary>From a split of normalized text to tokens. Immutable.</summary>
internal abstract class TokenModel
{
    /// <summary>The number of different tokens.</summary>
    public abstract int Count { get; }

    /// <summary>One more than the largest id: <see cref="Count"/>, unless ids are left out.</summary>
    public abstract int IdLimit { get; }

    /// <summary>What unknown text is.</summary>
    public abstract int UnknownId { get; }

    /// <summary>The token of an id, null where the id is left out.</summary>
    public abstract string? PieceOf(int id);

    /// <summary>The id of a token, or -1.</summary>
    public abstract int IdOf(ReadOnlySpan<char> piece);

    /// <summary>
    /// Appends the tokens of <paramref name="text"/>'s split [<paramref name="start"/>, <paramref name="end"/>), which
    /// holds whole code points and is not empty.
    /// </summary>
    public abstract void Encode(AlignedText text, int start, int end, int word, UnigramLattice lattice, FastTokenList tokens);
}
