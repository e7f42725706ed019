using AlbertNative.Tokenization.Fast;
using AlbertNative.Tokenization.Fast.Models;
using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.Fast.PreTokenizers;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Slow;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.WordPiece;

/// <summary>
/// transformers' slow <c>BertTokenizer</c>: added tokens are cut out of the (lower-cased) text; what is between them is
/// cleaned, composed and split into words, and these lose their accents, are split at punctuation and given to WordPiece.
/// </summary>
internal sealed class SlowBertEncoder : TextEncoder
{
    private static readonly UnicodeNormalizer Nfc = new(NormalizationForm.Nfc, UnicodeVersion.V14);
    private static readonly AccentStripper Stripper = new(TokenizerSemantics.Slow);
    private static readonly BertPreTokenizer Splitter = new(TokenizerSemantics.Slow);

    private readonly WordPieceModel _model;
    private readonly AddedTokenTable _added;
    private readonly BasicCleaner _cleaner;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _whole;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _neverSplit;
    private readonly bool _stripAccents;

    /// <summary>Makes the encoder of a vocabulary.</summary>
    /// <param name="tokens">Its tokens by id; owned from here on.</param>
    /// <param name="settings">What its directory says.</param>
    /// <param name="options">The caller's overrides of that.</param>
    /// <exception cref="FormatException">The settings do not fit the vocabulary.</exception>
    public SlowBertEncoder(string[] tokens, TokenizerSettings settings, TokenizerOptions options)
    {
        if (settings.DoBasicTokenize == false)
            throw new FormatException("'do_basic_tokenize' false is not supported by the slow tokenizer");
        BertSettings bert = BertSettings.Of(settings, options);
        _stripAccents = bert.StripAccents;
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        for (int id = 0; id < tokens.Length; id++)
            ids[tokens[id]] = id;
        _added = new AddedTokenTable(
            ids.Count, token => ids.GetValueOrDefault(token, -1), bert.Roles, settings.AddedTokens, bert.LowerCase);
        _model = new WordPieceModel(
            tokens, _added.Ids.Unknown, WordPieceModel.DefaultPrefix, WordPieceModel.DefaultLongestWord);
        _cleaner = new BasicCleaner(bert.HandleChineseCharacters);
        HashSet<string> neverSplit = new(settings.NeverSplit, StringComparer.Ordinal);
        HashSet<string> whole = new(neverSplit.Concat(bert.Roles.Tokens.Select(token => token.Content)), StringComparer.Ordinal);
        _neverSplit = neverSplit.GetAlternateLookup<ReadOnlySpan<char>>();
        _whole = whole.GetAlternateLookup<ReadOnlySpan<char>>();
        VocabularySize = Math.Max(_added.VocabularySize, _model.IdLimit);
        ModelMaxLength = settings.ModelMaxLength;
        GivesTokenTypeIds = settings.AllowsTokenTypeIds;
        Template = SequenceTemplate.Bert(_added.Ids.Cls, _added.Ids.Sep);
    }

    public override TokenizerSemantics Semantics => TokenizerSemantics.Slow;

    public override int VocabularySize { get; }

    public override SpecialTokens Special => _added.Ids;

    public override SequenceTemplate Template { get; }

    public override int? ModelMaxLength { get; }

    public override string IdToToken(int id) =>
        _added[id]?.Content ?? (id < _model.IdLimit ? _model.PieceOf(id) : null) ?? "";

    public override bool TryGetId(string token, out int id)
    {
        id = _added.Find(token);
        if (id < 0)
            id = _model.IdOf(token);
        return id >= 0;
    }

    public override void Encode(ReadOnlySpan<char> text, TokenBuffer tokens)
    {
        EncodeScratch parts = EncodeScratch.Rent();
        SlowScratch scratch = SlowScratch.Rent();
        try
        {
            EncodeParts(parts.WithoutLoneSurrogates(text), parts, tokens, scratch);
        }
        finally
        {
            scratch.Return();
            parts.Return();
        }
    }

    /// <summary>To this class, cleaning up spaces is a part of decoding.</summary>
    public override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) =>
        SpaceCleanup.Apply(new SlowDecoder(_added, IdToToken, Join).Decode(ids, skipSpecialTokens));

    private static string Join(List<string> tokens) => SlowDecoder.Strip(
        string.Join(' ', tokens).Replace(" " + WordPieceModel.DefaultPrefix, "", StringComparison.Ordinal));

    /// <summary>Cuts the text at its added tokens.</summary>
    private void EncodeParts(ReadOnlySpan<char> text, EncodeScratch parts, TokenBuffer tokens, SlowScratch scratch)
    {
        text = _added.Cut(text, parts, tokens.WithDetails, out ReadOnlySpan<int> lowered);
        SlowOutput output = new(tokens, lowered);
        foreach (TextPart part in parts.Parts)
        {
            if (part.IsEmpty)
                continue;
            if (output.IsDone())
                return;
            if (part.Id >= 0)
                output.Add(part.Id, new TextSpan(part.Start, part.End));
            else
                EncodePart(text, part, ref output, scratch);
        }
    }

    /// <summary>Encodes a stretch without added tokens: words that stay whole are cut out of it.</summary>
    private void EncodePart(ReadOnlySpan<char> text, TextPart part, ref SlowOutput output, SlowScratch scratch)
    {
        AlignedText cleaned = scratch.Cleaned;
        cleaned.Load(text, part.Start, part.End);
        _cleaner.Apply(cleaned);
        Nfc.Apply(cleaned);
        ReadOnlySpan<char> chars = cleaned.Chars;
        int taken = 0;
        for (int from = 0, to; from < chars.Length; from = to + 1)
        {
            to = from;
            while (to < chars.Length && !IsWhiteSpace(chars[to]))
                to++;
            ReadOnlySpan<char> word = chars[from..to];
            if (!_whole.Contains(word))
                continue;
            EncodeWords(taken, from, ref output, scratch);
            EncodeWhole(word, from, ref output, scratch);
            taken = to;
        }
        EncodeWords(taken, chars.Length, ref output, scratch);
    }

    /// <summary>Encodes words that may be split.</summary>
    private void EncodeWords(int start, int end, ref SlowOutput output, SlowScratch scratch)
    {
        AlignedText text = scratch.Words.Text;
        SplitList splits = scratch.Words.Splits;
        text.Load(scratch.Cleaned, start, end);
        if (_stripAccents)
            Stripper.Apply(text);
        splits.Clear();
        splits.Add(new Split(0, text.Length, -1));
        splits.Commit();
        Splitter.Apply(text, splits);
        foreach (Split split in splits.Splits)
        {
            if (output.IsDone())
                return;
            EncodeWord(split.Start, split.End, ref output, scratch);
        }
    }

    /// <summary>A word of <c>never_split</c> is a token or unknown; a special token that cleaning has laid bare is a word like any.</summary>
    private void EncodeWhole(ReadOnlySpan<char> word, int start, ref SlowOutput output, SlowScratch scratch)
    {
        int end = start + word.Length;
        if (_neverSplit.Contains(word))
        {
            output.Add(TryGetId(word.ToString(), out int id) ? id : _model.UnknownId, scratch.Cleaned.SpanOf(start, end));
            return;
        }
        scratch.Words.Text.Load(scratch.Cleaned, start, end);
        EncodeWord(0, word.Length, ref output, scratch);
    }

    private void EncodeWord(int start, int end, ref SlowOutput output, SlowScratch scratch)
    {
        FastTokenList tokens = scratch.Words.Tokens;
        tokens.Clear();
        _model.Encode(scratch.Words.Text, start, end, 0, scratch.Words.Lattice, tokens);
        output.Add(tokens.Tokens);
    }

    private static bool IsWhiteSpace(char c) =>
        !char.IsSurrogate(c) && (BertCharacters.Slow(c) & BertTraits.WhiteSpace) != 0;
}
