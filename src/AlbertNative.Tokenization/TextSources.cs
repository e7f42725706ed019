namespace AlbertNative.Tokenization;

/// <summary>
/// One text or pair on its way to an <see cref="Encoding"/>. Where tokens are cut off and nobody asks for them, the text
/// is left as soon as there are enough.
/// </summary>
/// <param name="encoder">From text to tokens.</param>
/// <param name="words">Whether the caller split the texts into words.</param>
/// <param name="firstTokens">Takes the first text's tokens.</param>
/// <param name="first">The first text: one string, or its words.</param>
/// <param name="secondTokens">Takes the second text's tokens, where there is one.</param>
/// <param name="second">The second text, or null.</param>
internal readonly struct TextSources(
    TextEncoder encoder, bool words, TokenBuffer firstTokens, IReadOnlyList<string> first,
    TokenBuffer? secondTokens, IReadOnlyList<string>? second)
{
    private bool IsPair => second is not null;

    /// <summary>Encodes, truncates, and adds special tokens.</summary>
    /// <exception cref="ArgumentException">A word is null, or the options cannot be met.</exception>
    public Encoding Encode(EncodeOptions options)
    {
        EncodingAssembly assembly = new(encoder, options.AddSpecialTokens, options.Padding);
        if (options.MaxLength is not int maxLength)
        {
            EncodeBoth(int.MaxValue, int.MaxValue);
            return assembly.Make(firstTokens.All, SecondAll, IsPair, isTruncated: false, []);
        }
        int special = options.AddSpecialTokens ? encoder.Template.SpecialCount(IsPair) : 0;
        Truncation truncation = new(encoder.Semantics, options.Truncation, maxLength - special);
        bool fromLeft = options.Side == TruncationSide.Left;
        EncodeEnough(truncation, all: fromLeft || options.Stride is not null);
        (int firstLength, int secondLength) = truncation.Lengths(firstTokens.Count, secondTokens?.Count);
        bool isTruncated = firstLength < firstTokens.Count || secondLength < (secondTokens?.Count ?? 0);
        IReadOnlyList<Encoding> overflow = [];
        if (isTruncated && options.Stride is int stride)
        {
            overflow = new OverflowWindows(
                assembly, firstTokens, new WindowCut(firstTokens.Count, firstLength, stride),
                secondTokens, new WindowCut(secondTokens?.Count ?? 0, secondLength, stride));
        }
        return assembly.Make(
            Kept(firstTokens.All, firstLength, fromLeft), IsPair ? Kept(SecondAll, secondLength, fromLeft) : default,
            IsPair, isTruncated, overflow);
    }

    private static TokenStretch Kept(TokenStretch tokens, int length, bool fromLeft) =>
        tokens.Slice(fromLeft ? tokens.Ids.Length - length : 0, length);

    private TokenStretch SecondAll => secondTokens is null ? default : secondTokens.All;

    private void EncodeEnough(Truncation truncation, bool all)
    {
        int Enough(bool second) => !all && truncation.MayCut(second) ? truncation.Enough : int.MaxValue;
        EncodeBoth(Enough(second: false), Enough(second: true));
        (int, bool)? other = secondTokens is null ? null : (secondTokens.Count, secondTokens.IsWhole);
        if (!truncation.IsDecided((firstTokens.Count, firstTokens.IsWhole), other))
            EncodeBoth(int.MaxValue, int.MaxValue);
    }

    private void EncodeBoth(int enoughOfFirst, int enoughOfSecond)
    {
        EncodeInto(firstTokens, first, enoughOfFirst);
        if (second is not null)
            EncodeInto(secondTokens!, second, enoughOfSecond);
    }

    private void EncodeInto(TokenBuffer tokens, IReadOnlyList<string> sources, int enough)
    {
        tokens.Start(enough);
        for (int i = 0; i < sources.Count && !tokens.HasEnough(); i++)
        {
            int from = tokens.Count;
            encoder.Encode(sources[i] ?? throw new ArgumentException($"Word {i} is null."), tokens);
            if (words)
                tokens.Words[from..].Fill(i);
        }
    }
}
