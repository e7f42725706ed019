using System.Buffers;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Tries;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Slow;

/// <summary>
/// The tokens that transformers' slow tokenizer finds in the text itself, and the ids of all of them: those of the
/// files, and every special token that these do not have, appended to the vocabulary where it is not in it.
/// </summary>
internal sealed class AddedTokenTable
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _special = new(StringComparer.Ordinal);
    private readonly HashSet<int> _specialIds = [];
    private readonly HashSet<string> _joinedWhenDecoding = new(StringComparer.Ordinal);
    private readonly string[] _neverLowered;
    private readonly PieceTrie? _neverLoweredTrie;
    private readonly PieceTrie _found;
    private readonly bool _lowerCase;

    /// <summary>Gathers the tokens.</summary>
    /// <param name="count">How many tokens the vocabulary has.</param>
    /// <param name="find">The id that the vocabulary gives a token, or -1.</param>
    /// <param name="roles">The special tokens.</param>
    /// <param name="addedTokens">The tokens that the files give ids.</param>
    /// <param name="lowerCase">Whether text is lower-cased before tokens are looked for.</param>
    /// <exception cref="FormatException">An id is out of range.</exception>
    public AddedTokenTable(
        int count, Func<string, int> find, SpecialTokenRoles roles, IReadOnlyDictionary<int, AddedToken> addedTokens, bool lowerCase)
    {
        _lowerCase = lowerCase;
        foreach ((int id, AddedToken token) in addedTokens.OrderBy(entry => entry.Key))
            Enter(id, token);
        AddedToken[] special = [.. roles.Tokens];
        VocabularySize = count;
        foreach (int id in _byId.Keys)
            VocabularySize = Math.Max(VocabularySize, id + 1);
        foreach (AddedToken token in special)
        {
            _special.Add(token.Content);
            if (_ids.ContainsKey(token.Content))
                continue;
            int id = find(token.Content);
            Enter(id >= 0 ? id : VocabularySize++, token with { Special = true });
        }
        CheckIds(count);
        foreach (AddedToken token in special)
            _specialIds.Add(Id(token));
        HashSet<string> additional = new(roles.Additional.Select(token => token.Content), StringComparer.Ordinal);
        foreach (string content in _ids.Keys)
        {
            if (!_special.Contains(content) || (additional.Contains(content) && _ids[content] >= count))
                _joinedWhenDecoding.Add(content);
        }
        Ids = new SpecialTokens(Id(roles.Pad), Id(roles.Unknown), Id(roles.Cls), Id(roles.Sep), Id(roles.Mask));
        IEnumerable<AddedToken> normalized = _byId.Values.Where(token => !token.Special && token.Normalized);
        _neverLowered = lowerCase ? [.. special.Concat(normalized).Select(token => token.Content)] : [];
        _neverLoweredTrie = StringTrie.Build(_neverLowered, lastCounts: false);
        _found = MakeTrie();
    }

    /// <summary>The number of ids, of the vocabulary and beyond it.</summary>
    public int VocabularySize { get; }

    /// <summary>The ids of the tokens with a role.</summary>
    public SpecialTokens Ids { get; }

    /// <summary>All added tokens, by id.</summary>
    public IReadOnlyDictionary<int, AddedToken> Tokens => _byId;

    /// <summary>The added token of an id, or null.</summary>
    public AddedToken? this[int id] => _byId.GetValueOrDefault(id);

    /// <summary>The id of an added token, or -1.</summary>
    public int Find(ReadOnlySpan<char> content) =>
        _ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(content, out int id) ? id : -1;

    /// <summary>Whether the token has a role or is an additional special one.</summary>
    public bool IsSpecial(string content) => _special.Contains(content);

    /// <summary>Whether decoding drops the id where it leaves special tokens out.</summary>
    public bool IsSpecialId(int id) => _specialIds.Contains(id);

    /// <summary>Whether decoding puts the token between the texts around it, joined by spaces.</summary>
    public bool IsJoinedWhenDecoding(string content) => _joinedWhenDecoding.Contains(content);

    /// <summary>The ids of the pieces whose text is an added token's or a control piece's, and so has that one's id.</summary>
    public IEnumerable<int> PieceIds(UnigramVocabulary vocabulary) =>
        _ids.Keys.Concat(vocabulary.ReservedTexts).Select(text => vocabulary.Trie.Find(text)).Where(id => id >= 0);

    /// <summary>
    /// The first characters of all tokens, and what becomes one of them in lower case: no token is in a text without them.
    /// A look at every character that there is.
    /// </summary>
    public SearchValues<char> FindStarts()
    {
        HashSet<char> starts = [.. _ids.Keys.Select(content => content[0]), .. _neverLowered.Select(content => content[0])];
        if (_lowerCase && starts.Any(char.IsSurrogate))
        {
            for (char c = '\uD800'; c <= '\uDFFF'; c++)
                starts.Add(c);
        }
        Span<int> lower = stackalloc int[Unicode.LowerCase.MaximumLength];
        for (int c = 0; _lowerCase && c <= char.MaxValue; c++)
        {
            if (char.IsSurrogate((char)c))
                continue;
            Unicode.LowerCase.Map(c, lower, UnicodeVersion.V14);
            if (lower[0] <= char.MaxValue && starts.Contains((char)lower[0]))
                starts.Add((char)c);
        }
        return SearchValues.Create([.. starts]);
    }

    /// <summary>The length of the longest added token that the text begins with, or 0.</summary>
    public int LengthAtStart(ReadOnlySpan<char> text, out int id)
    {
        ulong node = _found.Root;
        int length = 0;
        id = -1;
        for (int i = 0; i < text.Length && _found.Step(ref node, text[i]); i++)
        {
            if (PieceTrie.Value(node) < 0)
                continue;
            id = PieceTrie.Value(node);
            length = i + 1;
        }
        return length;
    }

    /// <summary>Lower-cases a text, unless case is kept, and cuts it at the tokens.</summary>
    /// <param name="text">UTF-16 without lone surrogates.</param>
    /// <param name="scratch">Takes the lower-cased text and the parts.</param>
    /// <param name="withSources">Whether <paramref name="sources"/> are wanted.</param>
    /// <param name="sources">
    /// Where the units of the lower-cased text come from, and its end; empty where that is the text itself.
    /// </param>
    /// <returns>The text that the parts are of.</returns>
    public ReadOnlySpan<char> Cut(
        ReadOnlySpan<char> text, EncodeScratch scratch, bool withSources, out ReadOnlySpan<int> sources)
    {
        sources = default;
        if (_lowerCase)
        {
            scratch.Lowered.Clear(withSources);
            LowerCase(text, scratch.Lowered);
            text = scratch.Lowered.Text;
            sources = withSources ? scratch.Lowered.Sources : default;
        }
        TextParts.Split(text, this, scratch.Parts);
        return text;
    }

    /// <summary>
    /// Lower-cases a text character by character, all but the tokens that stay as they are written; the first of
    /// them in the list that matches counts, not the longest.
    /// </summary>
    /// <param name="text">UTF-16 without lone surrogates.</param>
    /// <param name="output">Where to; sources are indices into <paramref name="text"/>.</param>
    private void LowerCase(ReadOnlySpan<char> text, NormalizedText output)
    {
        Span<int> lower = stackalloc int[Unicode.LowerCase.MaximumLength];
        for (int at = 0; at < text.Length;)
        {
            int kept = KeptLength(text[at..]);
            for (int end = at + kept; at < end; at++)
                output.Append(text[at], at);
            if (kept > 0)
                continue;
            int codePoint = CodePoints.Read(text, at, out int length);
            int count = Unicode.LowerCase.Map(codePoint, lower, UnicodeVersion.V14);
            foreach (int c in lower[..count])
                output.Append(new System.Text.Rune(c), at);
            at += length;
        }
        output.End(text.Length);
    }

    private int Id(AddedToken token) => _ids[token.Content];

    private int KeptLength(ReadOnlySpan<char> text)
    {
        if (_neverLoweredTrie is null)
            return 0;
        ulong node = _neverLoweredTrie.Root;
        int first = int.MaxValue;
        for (int i = 0; i < text.Length && _neverLoweredTrie.Step(ref node, text[i]); i++)
        {
            if (PieceTrie.Value(node) is int index and >= 0)
                first = Math.Min(first, index);
        }
        return first == int.MaxValue ? 0 : _neverLowered[first].Length;
    }

    private void Enter(int id, AddedToken token)
    {
        AddedTokenLimits.Check(token.Content, id);
        _byId[id] = token;
        _ids[token.Content] = id;
    }

    private void CheckIds(int pieces)
    {
        for (int id = pieces; id < VocabularySize; id++)
        {
            if (!_byId.ContainsKey(id))
                throw new FormatException($"added tokens have ids up to {VocabularySize - 1}, but none has the id {id}");
        }
    }

    private PieceTrie MakeTrie()
    {
        string[] contents = [.. _ids.Keys];
        int[] ends = new int[contents.Length];
        for (int i = 0, end = 0; i < contents.Length; i++)
            ends[i] = end += contents[i].Length;
        return PieceTrie.Build(string.Concat(contents), ends, [.. contents.Select(content => _ids[content])]);
    }
}
