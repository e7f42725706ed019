namespace AlbertNative.Tokenization;

/// <summary>Lays the tokens of one or two texts and the special tokens around them out as an <see cref="Encoding"/>.</summary>
/// <param name="encoder">Gives the template.</param>
/// <param name="addSpecialTokens">Whether the template's special tokens are wanted.</param>
/// <param name="padding">What encodings are padded to, or null.</param>
internal readonly struct EncodingAssembly(TextEncoder encoder, bool addSpecialTokens, PaddingOptions? padding)
{
    /// <summary>Makes an encoding.</summary>
    /// <param name="first">The first text's tokens.</param>
    /// <param name="second">The second text's tokens, where <paramref name="isPair"/>.</param>
    /// <param name="isPair">Whether there is a second text.</param>
    /// <param name="isTruncated">Whether tokens were left out.</param>
    /// <param name="overflow">The windows of what was left out.</param>
    public Encoding Make(
        TokenStretch first, TokenStretch second, bool isPair, bool isTruncated, IReadOnlyList<Encoding> overflow)
    {
        TemplatePart[] parts = isPair ? encoder.Template.Pair : encoder.Template.Single;
        int count = first.Ids.Length + second.Ids.Length + (addSpecialTokens ? encoder.Template.SpecialCount(isPair) : 0);
        int length = padding?.Apply(count) ?? count;
        EncodedTokens tokens = new(
            new int[length], new int[length], new TextSpan[length], new int[length], new int[length],
            first.HasSurfaces || second.HasSurfaces ? new string?[length] : null);
        int at = padding is { Left: true } ? length - count : 0;
        Pad(tokens, at, count);
        foreach (TemplatePart part in parts)
        {
            if (part.Kind == TemplatePartKind.First)
                at = Copy(first, tokens, at, part.TokenTypeId, sequence: 0);
            else if (part.Kind == TemplatePartKind.Second)
                at = Copy(second, tokens, at, part.TokenTypeId, sequence: 1);
            else if (addSpecialTokens)
            {
                tokens.Ids[at] = part.Id;
                tokens.TokenTypeIds[at] = part.TokenTypeId;
                tokens.WordIndices[at] = -1;
                tokens.SequenceIndices[at++] = -1;
            }
        }
        return new Encoding(tokens, encoder, isTruncated, overflow);
    }

    /// <summary>Fills what is before and behind the [<paramref name="start"/>, + <paramref name="count"/>) that are to come.</summary>
    private void Pad(in EncodedTokens tokens, int start, int count)
    {
        if (padding is null)
            return;
        foreach (Range range in (ReadOnlySpan<Range>)[new Range(0, start), new Range(start + count, tokens.Ids.Length)])
        {
            tokens.Ids.AsSpan(range).Fill(padding.TokenId);
            tokens.TokenTypeIds.AsSpan(range).Fill(padding.TokenTypeId);
            tokens.WordIndices.AsSpan(range).Fill(-1);
            tokens.SequenceIndices.AsSpan(range).Fill(Encoding.PaddingSequence);
        }
    }

    private static int Copy(TokenStretch source, in EncodedTokens target, int at, int typeId, int sequence)
    {
        int count = source.Ids.Length;
        source.Ids.CopyTo(target.Ids.AsSpan(at));
        source.Spans.CopyTo(target.Spans.AsSpan(at));
        source.Words.CopyTo(target.WordIndices.AsSpan(at));
        if (target.Surfaces is not null)
            source.Surfaces.CopyTo(target.Surfaces.AsSpan(at));
        target.TokenTypeIds.AsSpan(at, count).Fill(typeId);
        target.SequenceIndices.AsSpan(at, count).Fill(sequence);
        return at + count;
    }
}
