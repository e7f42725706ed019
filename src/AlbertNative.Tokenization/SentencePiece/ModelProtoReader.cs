using System.Text.Unicode;
using AlbertNative.Tokenization.Tries;
using Google.Protobuf;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// Reads <c>sentencepiece_model.proto</c> (proto2) without generated classes: those hold an object and a string
/// for every piece, several times the file. A first pass counts the pieces, so that the second fills arrays of the
/// right size.
/// </summary>
internal sealed class ModelProtoReader
{
    private static readonly string[] ModelTypes = ["", "UNIGRAM", "BPE", "WORD", "CHAR"];

    /// <summary>A tag, a length, and a text of one character with its own tag and length.</summary>
    private const int SmallestPiece = 5;

    private const uint PieceTag = (1 << 3) | (uint)WireFormat.WireType.LengthDelimited;

    private readonly CodedInputStream _input;
    private readonly byte[] _file;
    private readonly string? _source;
    private readonly TrainerSpec _trainer = new();
    private readonly NormalizerSpec _normalizer = new();
    private NormalizerSpec? _denormalizer;

    private ModelProtoReader(CodedInputStream input, byte[] file, string? source)
    {
        _input = input;
        _file = file;
        _source = source;
    }

    /// <summary>Reads a model.</summary>
    /// <param name="file">The whole file; the result keeps it.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <exception cref="TokenizerFormatException">The file is malformed or of a kind that is not supported.</exception>
    public static ModelProto Read(byte[] file, string? source)
    {
        try
        {
            using CodedInputStream counted = new(file);
            int count = new ModelProtoReader(counted, file, source).CountPieces();
            using CodedInputStream input = new(file);
            return new ModelProtoReader(input, file, source).ReadFile(count);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new TokenizerFormatException(source, $"not a SentencePiece model: {e.Message}", e);
        }
    }

    private int CountPieces()
    {
        int count = 0;
        long start = 0;
        for (; _input.ReadTag() is uint tag and not 0; start = _input.Position)
        {
            _input.SkipLastField();
            if (tag != PieceTag)
                continue;
            if (_input.Position - start < SmallestPiece)
                throw Error($"piece {count} is empty");
            count++;
        }
        return count > 0 ? count : throw Error("the model has no pieces");
    }

    private ModelProto ReadFile(int count)
    {
        TextSlice[] texts = new TextSlice[count];
        float[] scores = new float[count];
        PieceType[] types = new PieceType[count];
        int id = 0;
        while (_input.ReadTag() is uint tag and not 0)
        {
            if (tag == PieceTag)
            {
                (texts[id], scores[id], types[id]) = ReadPiece(id);
                id++;
            }
            else if (tag == Tag(2, WireFormat.WireType.LengthDelimited))
                ReadMessage("trainer_spec", ReadTrainerField);
            else if (tag == Tag(3, WireFormat.WireType.LengthDelimited))
                ReadMessage("normalizer_spec", inner => ReadNormalizerField(inner, _normalizer));
            else if (tag == Tag(5, WireFormat.WireType.LengthDelimited))
            {
                _denormalizer ??= new NormalizerSpec();
                ReadMessage("denormalizer_spec", inner => ReadNormalizerField(inner, _denormalizer));
            }
            else
                _input.SkipLastField();
        }
        return new ModelProto(_file, _source, texts, scores, types, _trainer, _normalizer, _denormalizer);
    }

    private (TextSlice Text, float Score, PieceType Type) ReadPiece(int id)
    {
        TextSlice text = default;
        float score = 0;
        int type = (int)PieceType.Normal;
        long end = BeginMessage();
        while (_input.Position < end)
        {
            switch (_input.ReadTag())
            {
                case (1 << 3) | (uint)WireFormat.WireType.LengthDelimited:
                    text = ReadSlice();
                    break;
                case (2 << 3) | (uint)WireFormat.WireType.Fixed32:
                    score = _input.ReadFloat();
                    break;
                case (3 << 3) | (uint)WireFormat.WireType.Varint:
                    type = _input.ReadInt32();
                    break;
                default:
                    _input.SkipLastField();
                    break;
            }
        }
        if (_input.Position != end)
            throw Overrun($"piece {id}");
        CheckPiece(id, text, score, type);
        return (text, score, (PieceType)type);
    }

    private void CheckPiece(int id, TextSlice text, float score, int type)
    {
        ReadOnlySpan<byte> utf8 = _file.AsSpan(text.Start, text.Length);
        if (utf8.IsEmpty)
            throw Error($"piece {id} is empty");
        if (utf8.Length > PieceTrie.LongestPiece)
            throw Error($"piece {id} has {utf8.Length} bytes, expected at most {PieceTrie.LongestPiece}");
        if (!Utf8.IsValid(utf8))
            throw Error($"piece {id} is not valid UTF-8");
        if (utf8.Contains((byte)0))
            throw Error($"piece {id} contains U+0000");
        if (!float.IsFinite(score))
            throw Error($"piece {id} has the score {score}, expected a finite number");
        if (type is < (int)PieceType.Normal or > (int)PieceType.Byte)
            throw Error($"piece {id} has the unknown type {type}");
    }

    private void ReadTrainerField(uint tag)
    {
        switch (tag >> 3, tag & 7)
        {
            case (3, 0):
                int type = _input.ReadInt32();
                if (type != 1)
                {
                    string name = type is > 1 and < 5 ? ModelTypes[type] : $"unknown ({type})";
                    throw Error($"model type {name} is not supported, expected UNIGRAM");
                }
                break;
            case (24, 0):
                _trainer.WhiteSpaceAsSuffix = _input.ReadBool();
                break;
            case (35, 0):
                _trainer.ByteFallback = _input.ReadBool();
                break;
            case (44, 2):
                _trainer.UnknownSurface = ReadText("unk_surface");
                break;
            case (46, 2):
                _trainer.BosPiece = ReadText("bos_piece");
                break;
            case (47, 2):
                _trainer.EosPiece = ReadText("eos_piece");
                break;
            case (48, 2):
                _trainer.PadPiece = ReadText("pad_piece");
                break;
            default:
                _input.SkipLastField();
                break;
        }
    }

    private void ReadNormalizerField(uint tag, NormalizerSpec spec)
    {
        switch (tag >> 3, tag & 7)
        {
            case (1, 2):
                spec.Name = ReadText("the normalizer's name");
                break;
            case (2, 2):
                TextSlice blob = ReadSlice();
                spec.PrecompiledCharsMap = _file.AsMemory(blob.Start, blob.Length);
                break;
            case (3, 0):
                spec.AddDummyPrefix = _input.ReadBool();
                break;
            case (4, 0):
                spec.RemoveExtraWhiteSpaces = _input.ReadBool();
                break;
            case (5, 0):
                spec.EscapeWhiteSpaces = _input.ReadBool();
                break;
            default:
                _input.SkipLastField();
                break;
        }
    }

    private void ReadMessage(string name, Action<uint> readField)
    {
        long end = BeginMessage();
        while (_input.Position < end)
            readField(_input.ReadTag());
        if (_input.Position != end)
            throw Overrun(name);
    }

    private long BeginMessage()
    {
        int length = _input.ReadLength();
        long end = _input.Position + length;
        return end <= _file.Length ? end : throw Error("the file ends in the middle of a message");
    }

    private TokenizerFormatException Overrun(string name) => Error($"{name} is malformed: a field reaches beyond its end");

    private string ReadText(string name)
    {
        TextSlice slice = ReadSlice();
        ReadOnlySpan<byte> utf8 = _file.AsSpan(slice.Start, slice.Length);
        return Utf8.IsValid(utf8)
            ? System.Text.Encoding.UTF8.GetString(utf8)
            : throw Error($"{name} is not valid UTF-8");
    }

    /// <summary>
    /// The place of a length-delimited field whose tag was just read. The library would copy it; here it skips
    /// (and so checks) the field, and what it skipped, less the length, is the text.
    /// </summary>
    private TextSlice ReadSlice()
    {
        int start = (int)_input.Position;
        _input.SkipLastField();
        while (_file[start++] >= 0x80)
        {
        }
        return new TextSlice(start, (int)_input.Position - start);
    }

    private static uint Tag(int field, WireFormat.WireType type) => WireFormat.MakeTag(field, type);

    private TokenizerFormatException Error(string message) => new(_source, message);
}
