namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// A <c>spiece.model</c> file as it was written: the fields of SentencePiece's <c>ModelProto</c> (proto2) that
/// matter for encoding and decoding. Absent fields have the schema's defaults, which are not zero.
/// </summary>
/// <remarks>Pieces stay where they are in the file's bytes, so that a vocabulary costs 13 bytes an entry.</remarks>
internal sealed class ModelProto
{
    private readonly byte[] _file;
    private readonly TextSlice[] _texts;
    private readonly float[] _scores;
    private readonly PieceType[] _types;

    public ModelProto(
        byte[] file, string? source, TextSlice[] texts, float[] scores, PieceType[] types,
        TrainerSpec trainer, NormalizerSpec normalizer, NormalizerSpec? denormalizer)
    {
        _file = file;
        _texts = texts;
        _scores = scores;
        _types = types;
        Source = source;
        Trainer = trainer;
        Normalizer = normalizer;
        Denormalizer = denormalizer;
    }

    /// <summary>Where the file came from, for messages.</summary>
    public string? Source { get; }

    /// <summary>The number of pieces; ids are 0 to this.</summary>
    public int Count => _texts.Length;

    /// <summary>The pieces' log probabilities, finite, by id.</summary>
    public ReadOnlySpan<float> Scores => _scores;

    /// <summary>What the pieces are, by id.</summary>
    public ReadOnlySpan<PieceType> Types => _types;

    /// <summary>How the model was trained, as far as encoding depends on it.</summary>
    public TrainerSpec Trainer { get; }

    /// <summary>How text is normalised.</summary>
    public NormalizerSpec Normalizer { get; }

    /// <summary>How decoded text is normalised; null where the file does not say.</summary>
    public NormalizerSpec? Denormalizer { get; }

    /// <summary>A piece's text in UTF-8, valid and not empty.</summary>
    public ReadOnlySpan<byte> Utf8(int id) => _file.AsSpan(_texts[id].Start, _texts[id].Length);

    /// <summary>A piece's text.</summary>
    public string Text(int id) => System.Text.Encoding.UTF8.GetString(Utf8(id));

    /// <summary>An error in this file.</summary>
    public TokenizerFormatException Error(string message) => new(Source, message);
}

/// <summary>Where a text lies in the file.</summary>
internal readonly record struct TextSlice(int Start, int Length);

/// <summary>The fields of <c>TrainerSpec</c> that encoding and decoding depend on, with the schema's defaults.</summary>
internal sealed class TrainerSpec
{
    public bool WhiteSpaceAsSuffix { get; set; }

    public bool ByteFallback { get; set; }

    public string UnknownSurface { get; set; } = " \u2047 ";

    public string BosPiece { get; set; } = "<s>";

    public string EosPiece { get; set; } = "</s>";

    public string PadPiece { get; set; } = "<pad>";
}

/// <summary>The fields of <c>NormalizerSpec</c>, with the schema's defaults.</summary>
internal sealed class NormalizerSpec
{
    public string Name { get; set; } = "";

    public ReadOnlyMemory<byte> PrecompiledCharsMap { get; set; }

    public bool AddDummyPrefix { get; set; } = true;

    public bool RemoveExtraWhiteSpaces { get; set; } = true;

    public bool EscapeWhiteSpaces { get; set; } = true;
}
