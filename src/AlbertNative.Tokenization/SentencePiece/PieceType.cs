namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>What a vocabulary entry is (<c>ModelProto.SentencePiece.Type</c>).</summary>
internal enum PieceType : byte
{
    /// <summary>A piece that training found.</summary>
    Normal = 1,

    /// <summary>What stands for text that no piece covers.</summary>
    Unknown = 2,

    /// <summary>Never produced from text and invisible when decoding.</summary>
    Control = 3,

    /// <summary>Text that always stays one piece and is never normalised.</summary>
    UserDefined = 4,

    /// <summary>In the vocabulary, but never produced.</summary>
    Unused = 5,

    /// <summary>One byte of a character that no piece covers.</summary>
    Byte = 6,
}
