using AlbertNative.Tokenization.Fast.Models;

namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>Reads a <c>tokenizer.json</c>'s model: Unigram or WordPiece.</summary>
internal ref struct ModelReader
{
    private UnigramReader _unigram;
    private WordPieceReader _wordPiece;
    private bool _isWordPiece;

    /// <summary>Checks the model that the cursor stands on.</summary>
    public void Read(ref JsonCursor json)
    {
        // The first files did not name the model's type.
        string? type = json.PeekType();
        _isWordPiece = type == "WordPiece" || (type is null && json.Has("continuing_subword_prefix"u8));
        if (_isWordPiece)
            _wordPiece.Read(ref json);
        else
            _unigram.Read(ref json);
    }

    /// <summary>The model; after <see cref="Read"/>, once.</summary>
    /// <exception cref="FormatException">The vocabulary contradicts itself or is too large.</exception>
    public TokenModel Make() => _isWordPiece ? _wordPiece.Make() : _unigram.Make();
}
