using AlbertNative.Tokenization.Fast.Models;

namespace AlbertNative.Tokenization.Fast;

/// <summary>Everything that encoding a text writes to on its way; belongs to one call at a time.</summary>
internal sealed class FastScratch
{
    /// <summary>The text being normalized.</summary>
    public AlignedText Text { get; } = new();

    /// <summary>Its splits.</summary>
    public SplitList Splits { get; } = new();

    /// <summary>The best paths through one split.</summary>
    public UnigramLattice Lattice { get; } = new();

    /// <summary>The tokens found.</summary>
    public FastTokenList Tokens { get; } = new();

    /// <summary>Whether it has become too large to keep for other texts.</summary>
    public bool IsOversized
    {
        get
        {
            const int Limit = 1 << 20;
            return Text.Capacity > Limit || Lattice.Capacity > Limit || Tokens.Capacity > Limit;
        }
    }
}
