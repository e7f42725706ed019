using System.Globalization;
using AlbertNative.Tokenization.Tries;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// The pieces of a model, checked as SentencePiece checks them: what may be produced from text is in a trie, what
/// else has a name in a dictionary.
/// </summary>
internal sealed class UnigramVocabulary
{
    private const double UserDefinedPenalty = 0.1;

    private readonly ModelProto _model;
    private readonly Dictionary<string, int> _reserved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _unused = new(StringComparer.Ordinal);
    private readonly string?[] _texts;

    /// <summary>Checks a model's pieces and builds their trie.</summary>
    /// <exception cref="FormatException">The pieces contradict each other or the options.</exception>
    public UnigramVocabulary(ModelProto model)
    {
        _model = model;
        _texts = new string?[model.Count];
        UnknownId = FindUnknown();
        ByteIds = FindBytes();
        Trie = BuildTrie(SortOut());
        LowestScore = float.MaxValue;
        float highest = HighestStart;
        for (int id = 0; id < model.Count; id++)
        {
            if (model.Types[id] != PieceType.Normal)
                continue;
            LowestScore = Math.Min(LowestScore, model.Scores[id]);
            highest = Math.Max(highest, model.Scores[id]);
        }
        Scores = MakeScores(highest);
    }

    /// <summary>C's FLT_MIN, the smallest normal float: where SentencePiece's search for the highest score starts.</summary>
    private static float HighestStart => BitConverter.UInt32BitsToSingle(0x00800000);

    /// <summary>The number of pieces.</summary>
    public int Count => _model.Count;

    /// <summary>The id of what stands for text that no piece covers.</summary>
    public int UnknownId { get; }

    /// <summary>The id of each byte's piece, or null where the model has no byte fallback.</summary>
    public int[]? ByteIds { get; }

    /// <summary>Normal and user-defined pieces by text.</summary>
    public PieceTrie Trie { get; }

    /// <summary>The score of each id as the search adds it.</summary>
    public double[] Scores { get; }

    /// <summary>The lowest score of a normal piece.</summary>
    public float LowestScore { get; }

    /// <summary>
    /// Whether <c>▁</c> is a piece, and no other piece has it anywhere but at its start: then every path through a
    /// text passes before each <c>▁</c>.
    /// </summary>
    public bool HasSpaceOnlyAtStart { get; private set; }

    /// <summary>The texts of control, unknown and byte pieces.</summary>
    public IEnumerable<string> ReservedTexts => _reserved.Keys;

    /// <summary>A piece's text in UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8(int id) => _model.Utf8(id);

    /// <summary>What a piece is.</summary>
    public PieceType Type(int id) => _model.Types[id];

    /// <summary>A piece's text; the string is made once.</summary>
    public string Text(int id) => _texts[id] ??= _model.Text(id);

    /// <summary>
    /// The id of a piece's text, or -1. As in SentencePiece, control, unknown and byte pieces hide others of the
    /// same text.
    /// </summary>
    public int Find(ReadOnlySpan<char> text)
    {
        if (_reserved.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out int id))
            return id;
        id = Trie.Find(text);
        return id < 0 && _unused.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out int unused) ? unused : id;
    }

    /// <summary>The length of the longest user-defined piece that <paramref name="text"/> begins with, or 0.</summary>
    public int LongestUserDefined(ReadOnlySpan<char> text)
    {
        ulong node = Trie.Root;
        int longest = 0;
        for (int i = 0; i < text.Length && Trie.Step(ref node, text[i]); i++)
        {
            if (PieceTrie.Value(node) is int id and >= 0 && Type(id) == PieceType.UserDefined)
                longest = i + 1;
        }
        return longest;
    }

    /// <summary>The user-defined pieces' texts.</summary>
    public List<string> UserDefined()
    {
        List<string> symbols = [];
        for (int id = 0; id < Count; id++)
        {
            if (Type(id) == PieceType.UserDefined)
                symbols.Add(Text(id));
        }
        return symbols;
    }

    /// <summary>The byte of a byte piece's text, <c>&lt;0xNN&gt;</c>, or -1.</summary>
    public static int ByteOf(ReadOnlySpan<char> text) =>
        text is ['<', '0', 'x', _, _, '>']
        && byte.TryParse(text[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
        && !text.ContainsAnyInRange('a', 'f')
            ? value
            : -1;

    private int FindUnknown()
    {
        int unknown = -1;
        for (int id = 0; id < Count; id++)
        {
            if (Type(id) != PieceType.Unknown)
                continue;
            if (unknown >= 0)
                throw _model.Error($"pieces {unknown} and {id} are both of type UNKNOWN, expected one");
            unknown = id;
        }
        return unknown >= 0 ? unknown : throw _model.Error("no piece is of type UNKNOWN");
    }

    private int[]? FindBytes()
    {
        int[] ids = new int[256];
        ids.AsSpan().Fill(-1);
        for (int id = 0; id < Count; id++)
        {
            if (Type(id) != PieceType.Byte)
                continue;
            if (!_model.Trainer.ByteFallback)
                throw _model.Error($"piece {id} is of type BYTE, but the model has no byte_fallback");
            int value = ByteOf(Text(id));
            if (value < 0)
                throw _model.Error($"piece {id}, '{Text(id)}', is of type BYTE, expected a text like <0x41>");
            ids[value] = id;
        }
        if (!_model.Trainer.ByteFallback)
            return null;
        int missing = Array.IndexOf(ids, -1);
        return missing < 0 ? ids : throw _model.Error($"byte_fallback needs 256 byte pieces, <0x{missing:X2}> is missing");
    }

    /// <summary>Enters the pieces that text does not produce into the dictionaries; returns the others.</summary>
    private int[] SortOut()
    {
        int[] produced = new int[Count];
        int count = 0;
        for (int id = 0; id < Count; id++)
        {
            if (Type(id) is PieceType.Normal or PieceType.UserDefined)
                produced[count++] = id;
            else if (!(Type(id) == PieceType.Unused ? _unused : _reserved).TryAdd(Text(id), id))
                throw DefinedTwice(id);
        }
        if (count == 0 && _unused.Count == 0)
            throw _model.Error("no piece is of type NORMAL or USER_DEFINED");
        Array.Resize(ref produced, count);
        return produced;
    }

    private PieceTrie BuildTrie(int[] produced)
    {
        int bytes = 0;
        foreach (int id in produced)
            bytes += _model.Utf8(id).Length;
        char[] text = new char[bytes];
        int[] ends = new int[produced.Length];
        int end = 0;
        for (int i = 0; i < produced.Length; i++)
        {
            end += System.Text.Encoding.UTF8.GetChars(_model.Utf8(produced[i]), text.AsSpan(end));
            ends[i] = end;
        }
        HasSpaceOnlyAtStart = FindSpaces(text.AsSpan(0, end), ends);
        PieceTrie trie = PieceTrie.Build(text.AsSpan(0, end), ends, produced);
        foreach ((string unused, int id) in _unused)
        {
            if (trie.Find(unused) >= 0)
                throw DefinedTwice(id);
        }
        return trie;
    }

    private static bool FindSpaces(ReadOnlySpan<char> text, ReadOnlySpan<int> ends)
    {
        bool isPiece = false;
        int start = 0;
        foreach (int end in ends)
        {
            ReadOnlySpan<char> piece = text[start..end];
            start = end;
            if (piece.LastIndexOf(SentencePieceNormalizer.SpaceSymbol) > 0)
                return false;
            isPiece |= piece is [SentencePieceNormalizer.SpaceSymbol];
        }
        return isPiece;
    }

    private double[] MakeScores(float highest)
    {
        double[] scores = new double[Count];
        for (int id = 0; id < scores.Length; id++)
        {
            scores[id] = Type(id) == PieceType.UserDefined
                ? (float)_model.Utf8(id).Length * highest - UserDefinedPenalty
                : _model.Scores[id];
        }
        return scores;
    }

    private TokenizerFormatException DefinedTwice(int id) => _model.Error($"piece {id}, '{Text(id)}', is defined twice");
}
