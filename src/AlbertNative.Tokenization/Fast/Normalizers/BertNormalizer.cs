using System.Buffers;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>What <see cref="BertNormalizer"/> does.</summary>
/// <param name="CleanText">Whether controls and their like are dropped and white space becomes spaces.</param>
/// <param name="HandleChineseChars">Whether spaces are put around ideographs.</param>
/// <param name="StripAccents">Whether text is decomposed (NFD) and non-spacing marks dropped.</param>
/// <param name="Lowercase">Whether text is lower-cased, each character by itself.</param>
internal readonly record struct BertNormalizerOptions(
    bool CleanText, bool HandleChineseChars, bool StripAccents, bool Lowercase);

/// <summary>
/// The normalizer of BERT's fast tokenizer. Its four steps look at one character each, so they are taken together, one
/// character after the other.
/// </summary>
/// <remarks>
/// Only canonical order, a part of stripping accents, looks further. The marks that it moves are nearly always those that are
/// then dropped; where one is kept (spacing ones, and those newer than Unicode 8.0), the steps are taken one by one.
/// </remarks>
internal sealed class BertNormalizer : Normalizer
{
    private static readonly AccentStripper Stripper = new(TokenizerSemantics.Fast);

    private readonly SearchValues<char> _unchanged;

    /// <summary>Makes a normalizer.</summary>
    public BertNormalizer(BertNormalizerOptions options)
    {
        Options = options;
        _unchanged = SearchValues.Create([.. Enumerable.Range(0, 0x80).Where(c => IsUnchanged(c, options)).Select(c => (char)c)]);
    }

    /// <summary>What it does.</summary>
    public BertNormalizerOptions Options { get; }

    public override bool IsCharacterwise => true;

    public override string ToString() =>
        $"BertNormalizer({(Options.CleanText ? "clean," : "")}{(Options.HandleChineseChars ? "ideographs," : "")}"
        + $"{(Options.Lowercase ? "lowercase," : "")}{(Options.StripAccents ? "strip accents" : "keep accents")})";

    public override void Apply(AlignedText text)
    {
        if (TryApply(text, Options))
            return;
        TryApply(text, Options with { StripAccents = false, Lowercase = false });
        Stripper.Apply(text);
        TryApply(text, new BertNormalizerOptions() with { Lowercase = Options.Lowercase });
    }

    /// <summary>Takes all steps together; false, with nothing done, where a mark that is kept may have to move.</summary>
    private bool TryApply(AlignedText text, BertNormalizerOptions options)
    {
        ReadOnlySpan<char> chars = text.Chars;
        int at = NextChanged(chars, 0, options);
        if (at == chars.Length)
            return true;
        text.Begin();
        for (; at < chars.Length; at = NextChanged(chars, at, options))
        {
            text.CopyTo(at);
            if (!TryReplace(text, CodePoints.Read(chars, at, out int length), options))
                return false;
            text.SkipTo(at += length);
        }
        text.CommitWithRest();
        return true;
    }

    /// <summary>The next character that may not stay as it is, or the end.</summary>
    private int NextChanged(ReadOnlySpan<char> chars, int from, BertNormalizerOptions options)
    {
        while (from < chars.Length)
        {
            int skipped = chars[from..].IndexOfAnyExcept(_unchanged);
            if (skipped < 0)
                return chars.Length;
            from += skipped;
            int codePoint = CodePoints.Read(chars, from, out int length);
            if (!IsUnchanged(codePoint, options))
                return from;
            from += length;
        }
        return from;
    }

    private static bool IsUnchanged(int codePoint, BertNormalizerOptions options)
    {
        const CharacterTraits Decomposing = CharacterTraits.CanonicalDecomposition | CharacterTraits.Reordering;
        BertTraits traits = BertCharacters.Fast(codePoint);
        if (options.CleanText && (traits & (BertTraits.Removed | BertTraits.Space)) != 0 && codePoint != ' ')
            return false;
        if (options.HandleChineseChars && (traits & BertTraits.Chinese) != 0)
            return false;
        if (options.StripAccents
            && ((traits & BertTraits.Accent) != 0 || (UnicodeData.Traits(codePoint) & Decomposing) != 0))
            return false;
        return !options.Lowercase || !LowercaseNormalizer.Changes(codePoint);
    }

    /// <summary>Writes what becomes of the next character.</summary>
    private static bool TryReplace(AlignedText text, int codePoint, BertNormalizerOptions options)
    {
        BertTraits traits = BertCharacters.Fast(codePoint);
        if (options.CleanText && (traits & BertTraits.Removed) != 0)
            return true;
        int change = 0;
        if (options.CleanText && (traits & BertTraits.Space) != 0)
        {
            Put(text, ' ', ref change);
            return true;
        }
        if (!options.HandleChineseChars || (traits & BertTraits.Chinese) == 0)
            return TryPutLetter(text, codePoint, options, ref change);
        Put(text, ' ', ref change);
        bool isPut = TryPutLetter(text, codePoint, options, ref change);
        Put(text, ' ', ref change);
        return isPut;
    }

    private static bool TryPutLetter(AlignedText text, int codePoint, BertNormalizerOptions options, ref int change)
    {
        Span<char> scratch = stackalloc char[3];
        ReadOnlySpan<char> parts = options.StripAccents
            ? Decomposition.Of(codePoint, compatibility: false, scratch, UnicodeVersion.V9)
            : [];
        if (parts.IsEmpty)
            return TryPutPart(text, codePoint, options, ref change);
        for (int i = 0; i < parts.Length;)
        {
            if (!TryPutPart(text, CodePoints.Read(parts, i, out int length), options, ref change))
                return false;
            i += length;
        }
        return true;
    }

    private static bool TryPutPart(AlignedText text, int codePoint, BertNormalizerOptions options, ref int change)
    {
        if (options.StripAccents)
        {
            if ((BertCharacters.Fast(codePoint) & BertTraits.Accent) != 0)
                return true;
            if (UnicodeData.CombiningClass(codePoint, UnicodeVersion.V9) != 0)
                return false;
        }
        if (!options.Lowercase)
        {
            Put(text, codePoint, ref change);
            return true;
        }
        Span<int> lower = stackalloc int[LowerCase.MaximumLength];
        int count = LowercaseNormalizer.Map(codePoint, lower);
        foreach (int c in lower[..count])
            Put(text, c, ref change);
        return true;
    }

    /// <summary>The first character that comes of one replaces it, the others are additional.</summary>
    private static void Put(AlignedText text, int codePoint, ref int change)
    {
        text.Put(codePoint, change);
        change = 1;
    }
}
