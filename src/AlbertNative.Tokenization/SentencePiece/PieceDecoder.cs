using System.Text;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>From pieces back to text: <c>▁</c> becomes a space, bytes are put together, control pieces vanish.</summary>
internal sealed class PieceDecoder
{
    private readonly UnigramVocabulary _vocabulary;
    private readonly string _unknownSurface;
    private readonly bool _stripsSpace;
    private readonly bool _stripsEverySpace;
    private readonly SentencePieceNormalizer? _denormalizer;

    /// <summary>Prepares decoding.</summary>
    /// <exception cref="FormatException">The denormaliser's charsmap is malformed.</exception>
    public PieceDecoder(ModelProto model, UnigramVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _unknownSurface = model.Trainer.UnknownSurface;
        _stripsEverySpace = model.Normalizer.RemoveExtraWhiteSpaces;
        _stripsSpace = model.Normalizer.AddDummyPrefix || _stripsEverySpace;
        if (model.Denormalizer is { PrecompiledCharsMap.IsEmpty: false } denormalizer)
            _denormalizer = new SentencePieceNormalizer(denormalizer, spaceIsSuffix: false, symbols: null);
    }

    /// <summary>Decodes pieces; what the vocabulary does not have counts as unknown, and stays as it is.</summary>
    public string Decode(IEnumerable<string> pieces)
    {
        State state = new(this);
        foreach (string piece in pieces)
            state.Append(piece);
        return state.Finish();
    }

    private struct State(PieceDecoder decoder)
    {
        private readonly StringBuilder _text = new();
        private readonly List<byte> _bytes = [];
        private bool _atStart = true;
        private bool _strippedLast;

        public void Append(string piece)
        {
            int id = decoder._vocabulary.Find(piece);
            PieceType type = id < 0 ? PieceType.Unknown : decoder._vocabulary.Type(id);
            if (type == PieceType.Byte)
            {
                _bytes.Add((byte)UnigramVocabulary.ByteOf(piece));
                return;
            }
            AppendBytes();
            if (_strippedLast || _text.Length > 0)
                _atStart = false;
            _strippedLast = false;
            if (type == PieceType.Unknown)
                _text.Append(id < 0 ? piece : decoder._unknownSurface);
            else if (type != PieceType.Control)
                AppendPiece(piece);
        }

        public string Finish()
        {
            AppendBytes();
            string text = _text.ToString();
            if (decoder._denormalizer is null)
                return text;
            NormalizedText output = new();
            decoder._denormalizer.Normalize(text, output);
            return output.Text.ToString();
        }

        /// <summary>
        /// The first space is what the dummy prefix put there; where extra white space is removed, no piece may
        /// begin the text with one.
        /// </summary>
        private void AppendPiece(string piece)
        {
            int from = 0;
            if (_atStart && decoder._stripsSpace && piece[0] == SentencePieceNormalizer.SpaceSymbol)
            {
                from = 1;
                _strippedLast = !decoder._stripsEverySpace;
            }
            int start = _text.Length;
            _text.Append(piece, from, piece.Length - from);
            _text.Replace(SentencePieceNormalizer.SpaceSymbol, ' ', start, _text.Length - start);
        }

        /// <summary>Writes the bytes gathered so far; one that belongs to no character becomes U+FFFD.</summary>
        private readonly void AppendBytes()
        {
            Span<char> units = stackalloc char[2];
            ReadOnlySpan<byte> rest = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);
            while (!rest.IsEmpty)
            {
                bool isValid = Rune.DecodeFromUtf8(rest, out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
                _text.Append(units[..rune.EncodeToUtf16(units)]);
                rest = rest[(isValid ? length : 1)..];
            }
            _bytes.Clear();
        }
    }
}
