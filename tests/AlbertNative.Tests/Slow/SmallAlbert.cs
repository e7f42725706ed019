using AlbertNative.Tests.SentencePiece;
using AlbertNative.Tokenization;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tests.Slow;

/// <summary>A vocabulary laid out as ALBERT's, of a few dozen pieces.</summary>
internal static class SmallAlbert
{
    /// <summary>The number of pieces that are not added by a test.</summary>
    public const int Count = 31;

    private static readonly string[] Pieces =
    [
        "\u2581", "\u2581the", "\u2581a", "\u2581b", "a", "b", "c", "s", "\u25819", "\u25819,", "9", "9,", ",", "0", "2", "i", "\u2581i",
        "\u2581اگاه", "ی", "σ", "ς", "'", "`", "<", "[", "]",
    ];

    /// <summary>The model, with what <paramref name="change"/> adds to it.</summary>
    public static byte[] Model(Action<ModelBuilder>? change = null)
    {
        ModelBuilder builder = new ModelBuilder()
            .Piece("<pad>", 0, PieceType.Control).Piece("<unk>", 0, PieceType.Unknown)
            .Piece("[CLS]", 0, PieceType.Control).Piece("[SEP]", 0, PieceType.Control).Piece("[MASK]", 0, PieceType.Control);
        for (int i = 0; i < Pieces.Length; i++)
            builder.Piece(Pieces[i], -2 - i * 0.125f);
        change?.Invoke(builder);
        return builder.ToArray();
    }

    /// <summary>The slow tokenizer over the model.</summary>
    public static Tokenizer Tokenizer(
        TokenizerSettings? settings = null, TokenizerOptions? options = null, Action<ModelBuilder>? change = null) =>
        AlbertNative.Tokenization.Tokenizer.FromSentencePiece(Model(change), settings, options);

    /// <summary>The tokens of a text without those around it, with <c>_</c> for the space symbol.</summary>
    public static string[] Tokens(this Tokenizer tokenizer, string text)
    {
        Encoding encoding = tokenizer.Encode(text, new EncodeOptions { AddSpecialTokens = false });
        int[] ids = new int[text.Length * 4 + 16];
        Assert.Equal([tokenizer.ClsId, .. encoding.Ids, tokenizer.SepId], ids[..tokenizer.Encode(text, ids)]);
        return [.. encoding.Tokens.Select(token => token.Replace('\u2581', '_'))];
    }

    /// <summary>The parts of the text that the tokens stand for.</summary>
    public static string[] Surfaces(this Tokenizer tokenizer, string text)
    {
        Encoding encoding = tokenizer.Encode(text, new EncodeOptions { AddSpecialTokens = false });
        return [.. encoding.Spans.ToArray().Select(span => text[span.Start..span.End])];
    }
}
