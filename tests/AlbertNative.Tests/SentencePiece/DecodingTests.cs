using AlbertNative.Tests.Fast;
using AlbertNative.Tokenization;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tests.SentencePiece;

/// <summary>From pieces to text. <c>_</c> stands for the space symbol.</summary>
public sealed class DecodingTests
{
    [Theory]
    [InlineData("a b", "_a", "_b")]
    [InlineData("ab", "_", "a", "b")]
    [InlineData("a", "_", "_", "_a")]
    [InlineData("a  b", "a", "_", "_b")]
    [InlineData("ab", "<s>", "_a", "</s>", "b")]
    [InlineData(" ⁇ a", "<unk>", "a")]
    [InlineData("xyz a", "xyz", "_a")]
    [InlineData("")]
    public void Pieces_become_text(string expected, params string[] pieces) => Assert.Equal(expected, Decode(Model(), pieces));

    [Theory]
    [InlineData("a", "_a")]
    [InlineData(" a", "_", "_a")]
    [InlineData(" a b", "_", "_a", "_b")]
    public void Only_the_dummy_prefix_goes_where_spaces_are_kept(string expected, params string[] pieces) =>
        Assert.Equal(expected, Decode(Model().With(m => m.Normalizer.Number(4, 0)), pieces));

    [Fact]
    public void Nothing_goes_without_either() =>
        Assert.Equal(" a b", Decode(Model().With(m => m.Normalizer.Number(3, 0).Number(4, 0)), "_a", "_b"));

    [Theory]
    [InlineData("é", "<0xC3>", "<0xA9>")]
    [InlineData("\uFFFD", "<0xC3>")]
    [InlineData("\uFFFD\uFFFDa", "<0xE2>", "<0x96>", "a")]
    [InlineData("é\uFFFDa", "<0xC3>", "<0xA9>", "<0xA9>", "a")]
    [InlineData("\uFFFD", "<0xEF>", "<0xBF>", "<0xBD>")]
    [InlineData("\uFFFD\uFFFD\uFFFD", "<0xED>", "<0xA0>", "<0x80>")]
    [InlineData("a\U0001F600", "_a", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>")]
    [InlineData("A a", "<0x41>", "_a")]
    public void Bytes_are_put_together(string expected, params string[] pieces) =>
        Assert.Equal(expected, Decode(Model().WithBytes(), pieces));

    [Fact]
    public void The_unknown_piece_has_the_surface_that_the_model_gives_it() =>
        Assert.Equal("??a", Decode(Model().With(m => m.Trainer.Text(44, "??")), "<unk>", "a"));

    [Fact]
    public void The_denormaliser_has_the_last_word()
    {
        ModelBuilder builder = Model().With(m => m.Denormalizer.Bytes(2, CharsMapBytes.Make(("a", "x"))).Number(3, 0).Number(4, 0).Number(5, 0));
        Assert.Equal("x b", Decode(builder, "_a", "_b"));
    }

    [Fact]
    public void Ids_are_decoded_as_their_pieces()
    {
        SentencePieceModel model = Model().ToModel();
        Assert.Equal("a ⁇ b", model.Decode([1, 0, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Decode([99]));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Decode([-1]));
    }

    [Fact]
    public void A_control_piece_hides_a_normal_one_of_the_same_text()
    {
        SentencePieceModel model = ModelBuilder.Of(("x", -1)).Piece("x", 0, PieceType.Control).ToModel();
        Assert.True(model.TryGetId("x", out int id));
        Assert.Equal(2, id);
        Assert.Equal([0, 1], model.Encode("x").Ids.ToArray());
        Assert.Equal("", model.Decode([1]));
    }

    private static ModelBuilder Model() => ModelBuilder.Of(("a", -1), ("b", -1), ("\u2581a", -1), ("\u2581b", -1), ("\u2581", -1))
        .Piece("<s>", 0, PieceType.Control).Piece("</s>", 0, PieceType.Control);

    private static string Decode(ModelBuilder model, params string[] pieces) =>
        model.ToModel().Decode(pieces.Select(piece => piece.Replace('_', '\u2581')));
}
