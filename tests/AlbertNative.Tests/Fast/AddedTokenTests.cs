using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Fast;

/// <summary>Tokens that are found in the text itself. The expectations are Hugging Face's.</summary>
public sealed class AddedTokenTests
{
    private static readonly string Tokens =
        $"[{TokenizerFile.Added(4, "[MASK]", "lstrip", "special")},{TokenizerFile.Added(13, "zap", "rstrip")},"
        + $"{TokenizerFile.Added(14, "a[", "single_word")},{TokenizerFile.Added(15, "[MASK][")}]";

    [Theory]
    [InlineData("a [MASK]  zap  b", "▁a 0-1/0  [MASK] 1-8/1 ▁ 8-9/2 ▁ 9-10/3 zap   10-15/4 ▁ 15-16/5 b 15-16/5")]
    [InlineData("a[ ba[ a[b", "a[ 0-2/0 ▁ 2-3/1 b 3-4/1 a 4-5/1 [ 5-6/1 ▁a 6-8/2 [ 8-9/2 b 9-10/2")]
    [InlineData("[MASK][x", "[MASK][ 0-7/0 ▁ 7-8/1 x 7-8/1")]
    [InlineData("[MAS[MASK]", "▁ 0-1/0 [MAS 0-4/0 [MASK] 4-10/1")]
    [InlineData("zap zapzap", "zap  0-4/0 zap 4-7/1 zap 7-10/2")]
    [InlineData("\u3000\u00A0[MASK]", "\u3000\u00A0[MASK] 0-8/0")]
    public void The_leftmost_longest_is_found(string text, string expected) => Assert.Equal(
        expected, new TokenizerFile { AddedTokens = Tokens, PreTokenizer = TokenizerFile.Metaspace }.Tokens(text));

    [Theory]
    [InlineData("ⓐa[", false)]
    [InlineData("\u0301a[", false)]
    [InlineData("\u200Da[", false)]
    [InlineData("_a[", false)]
    [InlineData("٣a[", false)]
    [InlineData("-a[", true)]
    [InlineData("\U0001F600a[", true)]
    [InlineData("\U0001D400a[", false)]
    [InlineData("a[ⅷ", false)]
    [InlineData("a[½", true)]
    public void A_word_of_its_own_has_no_word_characters_beside_it(string text, bool found) =>
        Assert.Equal(found, new TokenizerFile { AddedTokens = Tokens }.Load().Encode(text).Ids.Contains(14));

    [Fact]
    public void A_normalized_token_is_looked_for_in_normalized_text()
    {
        TokenizerFile file = new()
        {
            AddedTokens = $"[{TokenizerFile.Added(13, "ZaP", "lstrip", "normalized")}]",
            Normalizer = TokenizerFile.Simple("Lowercase"),
            PreTokenizer = """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}""",
        };
        Assert.Equal("▁a 0-1/0   zap 1-6/1 ▁ 6-7/2 b 7-8/2  zap 8-12/3", file.Tokens("a  Zap B zAp"));
        Assert.Equal("ZaP", file.Load().IdToToken(13));
    }

    [Fact]
    public void Tokens_beyond_the_vocabulary_follow_it()
    {
        Tokenizer tokenizer = new TokenizerFile { AddedTokens = Tokens }.Load();
        Assert.Equal(16, tokenizer.VocabularySize);
        Assert.True(tokenizer.TryGetId("zap", out int id));
        Assert.Equal(13, id);
        Assert.True(tokenizer.TryGetId("▁ab", out id));
        Assert.Equal(11, id);
        Assert.False(tokenizer.TryGetId("zapp", out _));
        Assert.Equal("a[", tokenizer.IdToToken(14));
    }

    [Fact]
    public void Roles_follow_the_settings()
    {
        TokenizerFile file = new() { AddedTokens = Tokens };
        Tokenizer plain = file.Load();
        Assert.Equal((0, 1, 2, 3, 4), (plain.PadId, plain.UnknownId, plain.ClsId, plain.SepId, plain.MaskId));
        Assert.Null(plain.ModelMaxLength);
        TokenizerSettings settings = TokenizerSettings.Parse("""{"mask_token":"zap","model_max_length":128}"""u8.ToArray());
        Tokenizer other = Tokenizer.FromTokenizerJson(file.Utf8, settings);
        Assert.Equal(13, other.MaskId);
        Assert.Equal(128, other.ModelMaxLength);
    }
}
