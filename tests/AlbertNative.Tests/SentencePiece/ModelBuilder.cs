using AlbertNative.Tokenization;
using AlbertNative.Tokenization.SentencePiece;
using Google.Protobuf;

namespace AlbertNative.Tests.SentencePiece;

/// <summary>Writes SentencePiece models, sound and unsound ones.</summary>
internal sealed class ModelBuilder
{
    private readonly MemoryStream _pieces = new();

    /// <summary>Fields of the trainer's message.</summary>
    public Fields Trainer { get; } = new();

    /// <summary>Fields of the normaliser's message.</summary>
    public Fields Normalizer { get; } = new();

    /// <summary>Fields of the denormaliser's message.</summary>
    public Fields Denormalizer { get; } = new();

    /// <summary>Bytes put behind everything.</summary>
    public byte[] Tail { get; set; } = [];

    /// <summary>A model with <c>&lt;unk&gt;</c> (id 0) and normal pieces, the identity normaliser.</summary>
    public static ModelBuilder Of(params ReadOnlySpan<(string Text, float Score)> pieces)
    {
        ModelBuilder builder = new ModelBuilder().Piece("<unk>", 0, PieceType.Unknown);
        foreach ((string text, float score) in pieces)
            builder.Piece(text, score);
        return builder;
    }

    /// <summary>Appends a piece; its id is the number of those before it.</summary>
    public ModelBuilder Piece(string text, float score, PieceType type = PieceType.Normal) =>
        Piece(System.Text.Encoding.UTF8.GetBytes(text), score, (int)type);

    /// <summary>Appends a piece as it is.</summary>
    public ModelBuilder Piece(byte[] utf8, float score, int type)
    {
        Write(_pieces, 1, new Fields().Bytes(1, utf8).Float(2, score).Number(3, type).ToArray());
        return this;
    }

    /// <summary>Appends the 256 byte pieces and switches byte fallback on.</summary>
    public ModelBuilder WithBytes()
    {
        for (int b = 0; b < 256; b++)
            Piece($"<0x{b:X2}>", 0, PieceType.Byte);
        Trainer.Number(35, 1);
        return this;
    }

    /// <summary>Changes the builder inside an expression.</summary>
    public ModelBuilder With(Action<ModelBuilder> change)
    {
        change(this);
        return this;
    }

    /// <summary>The file.</summary>
    public byte[] ToArray()
    {
        MemoryStream file = new();
        _pieces.WriteTo(file);
        Write(file, 2, Trainer.ToArray());
        Write(file, 3, Normalizer.ToArray());
        if (Denormalizer.ToArray() is { Length: > 0 } denormalizer)
            Write(file, 5, denormalizer);
        file.Write(Tail);
        return file.ToArray();
    }

    /// <summary>The model.</summary>
    public SentencePieceModel ToModel() => SentencePieceModel.Parse(ToArray());

    private static void Write(Stream stream, int field, byte[] content) => stream.Write(new Fields().Bytes(field, content).ToArray());

    /// <summary>A message under construction.</summary>
    internal sealed class Fields
    {
        private readonly MemoryStream _content = new();

        public Fields Bytes(int field, byte[] value) =>
            Write(field, WireFormat.WireType.LengthDelimited, output => output.WriteBytes(ByteString.CopyFrom(value)));

        public Fields Text(int field, string value) => Bytes(field, System.Text.Encoding.UTF8.GetBytes(value));

        public Fields Number(int field, int value) =>
            Write(field, WireFormat.WireType.Varint, output => output.WriteInt32(value));

        public Fields Float(int field, float value) =>
            Write(field, WireFormat.WireType.Fixed32, output => output.WriteFloat(value));

        public byte[] ToArray() => _content.ToArray();

        private Fields Write(int field, WireFormat.WireType type, Action<CodedOutputStream> write)
        {
            using CodedOutputStream output = new(_content, leaveOpen: true);
            output.WriteTag(field, type);
            write(output);
            return this;
        }
    }
}
