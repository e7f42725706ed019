using System.Runtime.CompilerServices;

namespace AlbertNative.Tokenization.Unicode;

/// <summary>Look-ups of <see cref="BertTraits"/>.</summary>
internal static class BertCharacters
{
    /// <summary>A code point's traits to the fast tokenizer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BertTraits Fast(int codePoint) => (BertTraits)BertTables.Fast(codePoint);

    /// <summary>A code point's traits to the slow tokenizer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BertTraits Slow(int codePoint) => (BertTraits)BertTables.Slow(codePoint);

    /// <summary>A code point's traits to either.</summary>
    public static BertTraits Of(int codePoint, TokenizerSemantics semantics) =>
        semantics == TokenizerSemantics.Slow ? Slow(codePoint) : Fast(codePoint);
}
