namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>Prepares a text for SentencePiece; the result may lie in the scratch.</summary>
internal delegate ReadOnlySpan<char> PrepareText(ReadOnlySpan<char> text, EncodeScratch scratch);

/// <summary>Appends the token ids of the segmentation in the scratch.</summary>
internal delegate void AppendIds(EncodeScratch scratch, TokenBuffer tokens);

/// <summary>
/// Encodes texts to ids word by word, and remembers words. Most vocabularies have no piece that goes on behind a space,
/// and no rule that looks across one; then the text before a word matters only by its score, and only where that
/// decides a near-tie by rounding (see <see cref="WordMargin"/>). Words in which it may are segmented anew each time.
/// </summary>
internal sealed class WordwiseEncoder
{
    private const int CharactersBetweenLooks = 2048;

    private readonly SentencePieceModel _model;
    private readonly PrepareText _prepare;
    private readonly AppendIds _append;
    private readonly SegmentationCache _cache = new();

    private WordwiseEncoder(SentencePieceModel model, PrepareText prepare, AppendIds append)
    {
        _model = model;
        _prepare = prepare;
        _append = append;
    }

    /// <summary>Makes an encoder, or null where words depend on each other in this model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prepare">What is done to a text before; must do the same to each word.</param>
    /// <param name="append">How ids are made of pieces.</param>
    public static WordwiseEncoder? TryMake(SentencePieceModel model, PrepareText prepare, AppendIds append) =>
        model.Normalizer.TreatsWordsAlone && model.Vocabulary.HasSpaceOnlyAtStart
            ? new WordwiseEncoder(model, prepare, append)
            : null;

    /// <summary>Appends the ids of a text; false, with nothing appended, where its words must be seen together.</summary>
    /// <param name="text">UTF-16 without lone surrogates.</param>
    /// <param name="scratch">Working memory.</param>
    /// <param name="tokens">Where to.</param>
    public bool TryEncode(ReadOnlySpan<char> text, EncodeScratch scratch, TokenBuffer tokens)
    {
        int before = tokens.Count;
        float score = 0;
        for (int at = 0, nextLook = 0; ;)
        {
            while (at < text.Length && text[at] == ' ')
                at++;
            if (at == text.Length)
                return true;
            if (at >= nextLook)
            {
                nextLook = at + CharactersBetweenLooks;
                if (tokens.HasEnough())
                    return true;
            }
            WordKey word = WordKey.Read(text[at..]);
            at += word.Text.Length;
            if (word.Text.Length <= WordKey.LongestWord && TryRecall(word, ref score, tokens))
                continue;
            if (!TryEncodeWord(word, scratch, ref score, tokens))
            {
                tokens.Truncate(before);
                return false;
            }
        }
    }

    private bool TryRecall(in WordKey word, ref float score, TokenBuffer tokens)
    {
        SegmentationCache.Entry entry = _cache.Find(word);
        if (!entry.IsFound || !(MathF.Abs(score) < entry.Limit))
            return false;
        foreach (double step in entry.Steps)
            score = (float)(score + step);
        ReadOnlySpan<int> ids = entry.Ids;
        Span<int> room = tokens.Reserve(ids.Length);
        for (int i = 0; i < ids.Length; i++)
            room[i] = ids[i];
        tokens.Advance(ids.Length);
        return true;
    }

    private bool TryEncodeWord(in WordKey word, EncodeScratch scratch, ref float score, TokenBuffer tokens)
    {
        float scoreBefore = score;
        if (!_model.TryEncodeWord(_prepare(word.Text, scratch), scratch, ref score))
            return false;
        int before = tokens.Count;
        _append(scratch, tokens);
        if (word.Text.Length <= WordKey.LongestWord && scratch.Normalized.Count <= WordMargin.LongestText
            && _cache.IsRepeated(word))
            Learn(word, scratch, scoreBefore, tokens.Ids[before..]);
        return true;
    }

    private void Learn(in WordKey word, EncodeScratch scratch, float score, ReadOnlySpan<int> ids)
    {
        Span<double> steps = stackalloc double[WordMargin.LongestText];
        int count = _model.FindMargin(scratch.Normalized.Text, steps, out float limit);
        if (MathF.Abs(score) < limit)
            _cache.Add(word, ids, steps[..count], limit);
    }
}
