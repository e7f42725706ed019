using System.Text;
using AlbertNative.Tokenization.Fast.Decoders;
using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.Fast.PreTokenizers;

namespace AlbertNative.Tokenization.Fast;

/// <summary>
/// A text through a fast tokenizer: added tokens are found, what is between them is normalized, split and given to the
/// model. Where the pipeline allows it, this goes word by word, and words met before are not computed again.
/// Immutable but for what it remembers; thread-safe.
/// </summary>
internal sealed class FastEncoder : TextEncoder
{
    private readonly FastPipeline _pipeline;
    private readonly AddedVocabulary _added;
    private readonly AddedVocabulary _addedNormalized;
    private readonly Dictionary<string, int> _addedIds;
    private readonly string?[] _tokens;
    private readonly HashSet<int> _specialIds;
    private readonly Dictionary<int, string> _normalizedTexts = [];
    private readonly WordBoundaries? _boundaries;
    private readonly bool _dependsOnPosition;
    private readonly TokenCache _cache = new();
    private readonly FastScratch?[] _spare = new FastScratch?[Environment.ProcessorCount];

    /// <summary>Makes an encoder.</summary>
    /// <param name="pipeline">Its parts; the ids of added tokens beyond the model's follow it without a gap.</param>
    /// <param name="semantics">Whose reading of the files the pipeline is.</param>
    /// <param name="special">The ids with a role.</param>
    /// <param name="modelMaxLength">The longest input that the tokenizer's files claim for the model, or null.</param>
    public FastEncoder(FastPipeline pipeline, TokenizerSemantics semantics, SpecialTokens special, int? modelMaxLength)
    {
        _pipeline = pipeline;
        (Semantics, Special, ModelMaxLength) = (semantics, special, modelMaxLength);
        AddedEntry[] entries = pipeline.AddedTokens;
        AddedEntry[] normalized = [.. entries.Where(entry => entry.Token.Normalized)];
        AddedEntry[] literal = [.. entries.Where(entry => !entry.Token.Normalized)];
        _added = new AddedVocabulary(literal, [.. literal.Select(entry => entry.Token.Content)]);
        string[] patterns = [.. normalized.Select(entry => Normalized(entry.Token.Content))];
        _addedNormalized = new AddedVocabulary(normalized, patterns);
        for (int i = 0; i < normalized.Length; i++)
            _normalizedTexts[normalized[i].Id] = patterns[i];
        _addedIds = entries.ToDictionary(entry => entry.Token.Content, entry => entry.Id, StringComparer.Ordinal);
        _specialIds = [.. entries.Where(entry => entry.Token.Special).Select(entry => entry.Id)];
        _tokens = new string?[entries.Select(entry => entry.Id + 1).Append(pipeline.Model.IdLimit).Max()];
        for (int id = 0; id < pipeline.Model.IdLimit; id++)
            _tokens[id] = pipeline.Model.PieceOf(id);
        foreach (AddedEntry entry in entries)
            _tokens[entry.Id] = entry.Token.Content;
        _dependsOnPosition = pipeline.PreTokenizers.Any(p => p.DependsOnPosition);
        _boundaries = _addedNormalized.IsEmpty ? WordBoundaries.Of(pipeline.Normalizers, pipeline.PreTokenizers) : null;
    }

    public override TokenizerSemantics Semantics { get; }

    public override int VocabularySize => _tokens.Length;

    public override SpecialTokens Special { get; }

    public override SequenceTemplate Template => _pipeline.Template;

    public override int? ModelMaxLength { get; }

    public override EncodeOptions? FileOptions => _pipeline.FileOptions;

    public override string IdToToken(int id) => _tokens[id] ?? "";

    public override bool TryGetId(string token, out int id)
    {
        if (!_addedIds.TryGetValue(token, out id))
            id = _pipeline.Model.IdOf(token);
        return id >= 0;
    }

    public override void Encode(ReadOnlySpan<char> text, TokenBuffer tokens)
    {
        FastScratch scratch = Rent();
        FastOutput output = new(text, tokens);
        int from = 0, taken = 0;
        while (!_added.IsEmpty)
        {
            AddedVocabulary.Match match = _added.Next(text, ref from, taken);
            if (match.Id < 0)
                break;
            EncodeSegment(ref output, taken, match.Start, scratch);
            if (output.HasEnough())
                break;
            output.Add(match, _tokens[match.Id]!, overlaps: match.Start < taken);
            taken = match.End;
        }
        EncodeSegment(ref output, taken, text.Length, scratch);
        Return(scratch);
    }

    public override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        StringBuilder text = new();
        bool isFirst = true;
        foreach (int id in ids)
        {
            if (_tokens[id] is not string token || (skipSpecialTokens && _specialIds.Contains(id)))
                continue;
            token = _normalizedTexts.GetValueOrDefault(id, token);
            if (_pipeline.Decoder is TokenDecoder decoder)
                decoder.Append(token, isFirst, text);
            else
                text.Append(isFirst ? "" : " ").Append(token);
            isFirst = false;
        }
        return text.ToString();
    }

    /// <summary>Text between added tokens.</summary>
    private void EncodeSegment(ref FastOutput output, int start, int end, FastScratch scratch)
    {
        for (int from = start; ;)
        {
            from = _boundaries?.Skip(output.Text, from, end) ?? from;
            if (from >= end || output.HasEnough())
                return;
            int to = _boundaries?.Next(output.Text, from, end) ?? end;
            if (TokenCache.Takes(to - from) && TryRecall(ref output, from, to))
            {
                from = to;
                continue;
            }
            Compute(output.Text, from, to, scratch);
            if (scratch.Text.IsShifted && to < end)
            {
                // The one thing that reaches further than a word, and only from a segment's first.
                to = end;
                Compute(output.Text, from, to, scratch);
            }
            output.Add(scratch);
            Remember(output.Text, from, to, scratch);
            from = to;
        }
    }

    private bool TryRecall(ref FastOutput output, int from, int to)
    {
        if (!IsRemembered(from))
            return false;
        TokenCache.Entry entry = _cache.Find(output.Text[from..to]);
        if (!entry.IsFound || (entry.IsIdsOnly && output.WithDetails))
            return false;
        output.Add(entry, from);
        return true;
    }

    private void Remember(ReadOnlySpan<char> text, int from, int to, FastScratch scratch)
    {
        if (TokenCache.Takes(to - from) && IsRemembered(from) && !scratch.Text.IsShifted)
            _cache.Add(text[from..to], from, scratch.Tokens.Tokens, isSplit: scratch.Splits.Count != 1);
    }

    /// <summary>Whether the tokens of a word at this place are those that it has anywhere.</summary>
    private bool IsRemembered(int from) => _boundaries is not null && (from > 0 || !_dependsOnPosition);

    /// <summary>Fills the scratch with the tokens of a stretch of text.</summary>
    private void Compute(ReadOnlySpan<char> text, int start, int end, FastScratch scratch)
    {
        AlignedText aligned = scratch.Text;
        SplitList splits = scratch.Splits;
        aligned.Load(text, start, end);
        foreach (Normalizer normalizer in _pipeline.Normalizers)
            normalizer.Apply(aligned);
        splits.Clear();
        SplitAtAdded(aligned, splits);
        foreach (PreTokenizer preTokenizer in _pipeline.PreTokenizers)
            preTokenizer.Apply(aligned, splits);
        scratch.Tokens.Clear();
        int word = 0, taken = 0;
        foreach (Split split in splits.Splits)
        {
            if (split.IsToken)
            {
                // Where an earlier token took some of it already, its writing is its content.
                int length = split.Start < taken ? -1 : split.End - split.Start;
                scratch.Tokens.Add(new FastToken(split.TokenId, aligned.SpanOf(split.Start, split.End), word, split.Start, length));
                taken = split.End;
            }
            else
                _pipeline.Model.Encode(aligned, split.Start, split.End, word, scratch.Lattice, scratch.Tokens);
            word++;
        }
    }

    /// <summary>Makes splits of the added tokens that are looked for in the normalized text, and of what is between.</summary>
    private void SplitAtAdded(AlignedText text, SplitList splits)
    {
        int from = 0, taken = 0;
        while (!_addedNormalized.IsEmpty)
        {
            AddedVocabulary.Match match = _addedNormalized.Next(text.Chars, ref from, taken);
            if (match.Id < 0)
                break;
            if (taken < match.Start)
                splits.Add(new Split(taken, match.Start, -1));
            splits.Add(new Split(match.Start, match.End, match.Id));
            taken = match.End;
        }
        splits.Add(new Split(taken, text.Length, -1));
        splits.Commit();
    }

    private string Normalized(string content)
    {
        AlignedText text = new();
        text.Load(content, 0, content.Length);
        foreach (Normalizer normalizer in _pipeline.Normalizers)
            normalizer.Apply(text);
        return text.Length > 0
            ? text.Chars.ToString()
            : throw new FormatException($"the added token '{content}' is looked for in normalized text, which has none of it");
    }

    private FastScratch Rent()
    {
        for (int i = 0; i < _spare.Length; i++)
        {
            if (_spare[i] is not null && Interlocked.Exchange(ref _spare[i], null) is FastScratch scratch)
                return scratch;
        }
        return new FastScratch();
    }

    private void Return(FastScratch scratch)
    {
        for (int i = 0; i < _spare.Length && !scratch.IsOversized; i++)
        {
            if (_spare[i] is null && Interlocked.CompareExchange(ref _spare[i], scratch, null) is null)
                return;
        }
    }
}
