using AlbertNative.Tests.Fast;
using AlbertNative.Tokenization;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tests.SentencePiece;

/// <summary>Each option of the normaliser by itself. <c>_</c> stands for the space symbol.</summary>
public sealed class NormalizerTests
{
    private const int Map = 2, DummyPrefix = 3, RemoveSpaces = 4, EscapeSpaces = 5;

    [Theory]
    [InlineData("", "")]
    [InlineData("   ", "")]
    [InlineData("a", "_a")]
    [InlineData("  a  b ", "_a_b")]
    [InlineData("a_", "_a")]
    [InlineData("a_ ", "_a")]
    [InlineData("_a", "__a")]
    [InlineData("a _ b", "_a___b")]
    [InlineData("a\tb", "_a\tb")]
    [InlineData("a\0b", "_a\0b")]
    public void By_default_spaces_collapse_and_one_is_put_in_front(string text, string expected) =>
        Assert.Equal(expected, Normalize(text));

    [Theory]
    [InlineData(" a  b ", "_a_b", RemoveSpaces)]
    [InlineData("", "", RemoveSpaces)]
    [InlineData("  ", "___", RemoveSpaces)]
    public void Spaces_may_be_kept(string text, string expected, int option) =>
        Assert.Equal(expected.Length == 0 ? "" : "_" + text.Replace(' ', '_'), Normalize(text, m => m.Normalizer.Number(option, 0)));

    [Theory]
    [InlineData(" a  b ", "a_b")]
    [InlineData("", "")]
    public void The_dummy_prefix_may_be_left_out(string text, string expected) =>
        Assert.Equal(expected, Normalize(text, m => m.Normalizer.Number(DummyPrefix, 0)));

    [Fact]
    public void Spaces_may_stay_spaces() =>
        Assert.Equal(" a b", Normalize(" a  b ", m => m.Normalizer.Number(EscapeSpaces, 0)));

    [Theory]
    [InlineData(" a  b ", "a_b_")]
    [InlineData("  ", "")]
    [InlineData("_", "_")]
    public void The_dummy_may_be_a_suffix(string text, string expected) =>
        Assert.Equal(expected, Normalize(text, m => m.Trainer.Number(24, 1)));

    [Theory]
    [InlineData("aé", "_axy")]
    [InlineData("ae\u0301b", "_axb")]
    [InlineData("e", "_e")]
    [InlineData("ee\u0301e", "_exe")]
    [InlineData("\tab\t", "_ab")]
    [InlineData("a\t\t b", "_a_b")]
    [InlineData("a\u0001b", "_ab")]
    [InlineData("\u0001", "")]
    [InlineData("\u0001 a", "_a")]
    [InlineData("\U0001D400\U0001D401", "_A\U0001D401")]
    [InlineData("①②", "_1②")]
    [InlineData("k ", "_q_r")]
    [InlineData("k  s", "_q_r_s")]
    public void The_longest_match_of_the_map_wins(string text, string expected) =>
        Assert.Equal(expected, Normalize(text, WithMap));

    [Fact]
    public void A_lone_surrogate_is_a_replacement_character()
    {
        SentencePieceModel model = ModelBuilder.Of(("a", -1)).ToModel();
        (string Text, string Expected)[] cases =
        [
            ("\uD800", "\uFFFD"), ("a\uDC00\uD800b", "a\uFFFD\uFFFDb"), ("\uD83D\uDE00\uD83D", "\uD83D\uDE00\uFFFD"),
        ];
        foreach ((string text, string expected) in cases)
            Assert.Equal("\u2581" + expected, string.Concat(model.Encode(text).Pieces));
    }

    [Theory]
    [InlineData("éab", "_éab")]
    [InlineData("é①", "_é1")]
    [InlineData("①é①", "_①é1")]
    [InlineData("x yz", "_x_yz")]
    [InlineData("q  x yz", "_q_x_yz")]
    public void Symbols_pass_unchanged(string text, string expected) =>
        Assert.Equal(expected, Normalize(text, m =>
        {
            WithMap(m);
            foreach (string symbol in new[] { "é", "①é", "x y" })
                m.Piece(symbol, -1, PieceType.UserDefined);
        }));

    [Fact]
    public void Sources_point_to_where_each_unit_comes_from()
    {
        SentencePieceModel model = ModelBuilder.Of(("a", -1)).With(WithMap).ToModel();
        NormalizedText output = new();
        output.Clear(withSources: true);
        model.Normalizer.Normalize("  e\u0301 \u0001 éa  ", output);
        Assert.Equal("\u2581x\u2581xya", output.Text.ToString());
        Assert.Equal([2, 2, 4, 7, 7, 8, 9], output.Sources.ToArray());
    }

    private static void WithMap(ModelBuilder model) => model.Normalizer.Bytes(Map, CharsMapBytes.Make(
        ("e\u0301", "x"), ("é", "xy"), ("\t", " "), ("\u0001", ""), ("\U0001D400", "A"), ("①", "1"), ("k", "q r")));

    private static string Normalize(string text, Action<ModelBuilder>? change = null)
    {
        ModelBuilder builder = ModelBuilder.Of(("a", -1));
        change?.Invoke(builder);
        NormalizedText output = new();
        builder.ToModel().Normalizer.Normalize(text.Replace('_', '\u2581'), output);
        return output.Text.ToString().Replace('\u2581', '_');
    }
}
