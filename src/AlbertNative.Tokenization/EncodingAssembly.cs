using System.Diagnostics.CodeAnalysis;

namespace AlbertNative.Tokenization;

/// <summary>
/// From the tokens of one or two texts to an <see cref="Encoding"/>: truncation, special tokens, overflow windows.
/// </summary>
/// <param name="encoder">Gives the template and the truncation's semantics.</param>
/// <param name="options">The caller's wishes, already validated.</param>
/// <param name="words">Whether the caller split the texts into words.</param>
internal readonly struct EncodingAssembly(TextEncoder encoder, EncodeOptions options, bool words)
{
    /// <summary>A stretch of one text's tokens.</summary>
    private readonly record struct Window(int Start, int Count);

    public Encoding Assemble(TokenBuffer first, TokenBuffer? second)
    {
        (int firstLength, int secondLength) = (first.Count, second?.Count ?? 0);
        if (options.MaxLength is int maxLength)
        {
            int special = options.AddSpecialTokens ? encoder.Template.SpecialCount(second is not null) : 0;
            (firstLength, secondLength) = Truncation.Lengths(
                encoder.Semantics, options.Truncation, Counted(first, maxLength).Value, Counted(second, maxLength), maxLength - special);
        }
        List<Window> firstWindows = Windows(first.Count, firstLength);
        if (second is null)
            return Single(first, firstWindows);
        return Pair(first, firstWindows, second, Windows(second.Count, secondLength));
    }

    /// <summary>
    /// The length that a text has for truncation. Since 0.23 the Rust tokenizers stop at the first of their words after
    /// which there are as many tokens as may stay, so which of two long texts counts as the longer one depends on where
    /// that happens to be. Overflow windows nevertheless cover the whole text here, which 0.23 lost.
    /// </summary>
    [return: NotNullIfNotNull(nameof(tokens))]
    private int? Counted(TokenBuffer? tokens, int maxLength)
    {
        bool stops = encoder.Semantics == TokenizerSemantics.Fast && options.Truncation == TruncationStrategy.LongestFirst
            && !words && maxLength > 0;
        if (!stops || tokens is null || tokens.Count <= maxLength)
            return tokens?.Count;
        int count = maxLength;
        while (count < tokens.Count && tokens.Words[count] == tokens.Words[count - 1])
            count++;
        return count;
    }

    private Encoding Single(TokenBuffer first, List<Window> windows)
    {
        List<Encoding> overflow = [];
        foreach (Window window in windows[1..])
            overflow.Add(Build(first, window, null, default, []));
        return Build(first, windows[0], null, default, overflow);
    }

    /// <summary>
    /// Where both sides were cut, every window of the first meets every window of the second, in the order of
    /// the Rust tokenizers: the later windows of the first side come before those of the first window.
    /// </summary>
    private Encoding Pair(TokenBuffer first, List<Window> firstWindows, TokenBuffer second, List<Window> secondWindows)
    {
        List<Encoding> overflow = [];
        foreach (Window left in firstWindows[1..])
        {
            foreach (Window right in secondWindows)
                overflow.Add(Build(first, left, second, right, []));
        }
        foreach (Window right in secondWindows[1..])
            overflow.Add(Build(first, firstWindows[0], second, right, []));
        return Build(first, firstWindows[0], second, secondWindows[0], overflow);
    }

    /// <summary>Cuts <paramref name="count"/> tokens into windows of <paramref name="length"/>, overlapping by the stride.</summary>
    private List<Window> Windows(int count, int length)
    {
        if (length >= count)
            return [new Window(0, count)];
        if (length == 0)
            return [new Window(0, 0), new Window(0, count)];
        if (options.Stride >= length)
        {
            throw new ArgumentException(
                $"A stride of {options.Stride} leaves no progress in windows of {length} tokens.");
        }
        List<Window> windows = [];
        for (int start = 0; ; start += length - options.Stride)
        {
            windows.Add(new Window(start, Math.Min(length, count - start)));
            if (start + length >= count)
                return windows;
        }
    }

    private Encoding Build(TokenBuffer first, Window left, TokenBuffer? second, Window right, IReadOnlyList<Encoding> overflow)
    {
        TemplatePart[] parts = second is null ? encoder.Template.Single : encoder.Template.Pair;
        int count = left.Count + right.Count
            + (options.AddSpecialTokens ? encoder.Template.SpecialCount(second is not null) : 0);
        EncodedTokens tokens = new(
            new int[count], new int[count], new TextSpan[count], new int[count], new int[count],
            HasSurfaces(first) || HasSurfaces(second) ? new string?[count] : null);
        int at = 0;
        foreach (TemplatePart part in parts)
        {
            if (part.Kind == TemplatePartKind.First)
                at = Copy(first, left, tokens, at, part.TokenTypeId, sequence: 0);
            else if (part.Kind == TemplatePartKind.Second)
                at = Copy(second!, right, tokens, at, part.TokenTypeId, sequence: 1);
            else if (options.AddSpecialTokens)
            {
                tokens.Ids[at] = part.Id;
                tokens.TokenTypeIds[at] = part.TokenTypeId;
                tokens.WordIndices[at] = -1;
                tokens.SequenceIndices[at++] = -1;
            }
        }
        return new Encoding(tokens, encoder, overflow);
    }

    private static int Copy(TokenBuffer source, Window window, in EncodedTokens target, int at, int typeId, int sequence)
    {
        source.Ids.Slice(window.Start, window.Count).CopyTo(target.Ids.AsSpan(at));
        source.Spans.Slice(window.Start, window.Count).CopyTo(target.Spans.AsSpan(at));
        source.Words.Slice(window.Start, window.Count).CopyTo(target.WordIndices.AsSpan(at));
        if (target.Surfaces is not null)
            source.Surfaces.Slice(window.Start, window.Count).CopyTo(target.Surfaces.AsSpan(at));
        target.TokenTypeIds.AsSpan(at, window.Count).Fill(typeId);
        target.SequenceIndices.AsSpan(at, window.Count).Fill(sequence);
        return at + window.Count;
    }

    private static bool HasSurfaces(TokenBuffer? tokens) =>
        tokens is not null && tokens.Surfaces.ContainsAnyExcept((string?)null);
}
