using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Slow;

/// <summary>Tokens that are found in the text itself, and what decoding makes of them.</summary>
public sealed class SlowAddedTokenTests
{
    [Theory]
    [InlineData("[CLS]a", "[CLS] _a")]
    [InlineData("a [SEP] b", "_a [SEP] _b")]
    [InlineData("a<pad><unk>", "_a <pad> <unk>")]
    [InlineData("the  [MASK]  a", "_the [MASK] _a")]
    [InlineData("[MASK][MASK]", "[MASK] [MASK]")]
    [InlineData("[mask", "_ [ <unk> a s <unk>")]
    [InlineData("<PAD>", "<pad>")]
    [InlineData("[MASK", "_ [ <unk> a s <unk>")]
    public void Special_tokens_are_found(string text, string expected) =>
        Assert.Equal(expected.Split(' '), SmallAlbert.Tokenizer().Tokens(text));

    [Fact]
    public void Special_tokens_that_the_vocabulary_lacks_are_appended()
    {
        var tokenizer = Tokenizer.FromSentencePiece(SentencePiece.ModelBuilder.Of(("a", -1)).ToArray());
        Assert.Equal(2 + 4, tokenizer.VocabularySize);
        Assert.Equal((2, 3, 4, 5), (tokenizer.ClsId, tokenizer.SepId, tokenizer.PadId, tokenizer.MaskId));
        Assert.Equal(0, tokenizer.UnknownId);
        Assert.Equal("[MASK]", tokenizer.IdToToken(5));
        Assert.True(tokenizer.TryGetId("[SEP]", out int id));
        Assert.Equal(3, id);
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.IdToToken(6));
    }

    [Theory]
    [InlineData("x NEW y", true, "_ <unk> NEW _ <unk>")]
    [InlineData("x new y", true, "_ <unk> _ <unk> _ <unk>")]
    [InlineData("x NEW y", false, "_ <unk> _ <unk> _ <unk>")]
    public void An_added_token_is_found_in_the_lowered_text_unless_it_is_a_normalised_one(
        string text, bool normalized, string expected) =>
        Assert.Equal(expected.Split(' '), With(new AddedToken("NEW") { Normalized = normalized }).Tokens(text));

    [Fact]
    public void An_added_token_may_be_met_by_lower_casing() =>
        Assert.Equal(["new"], With(new AddedToken("new") { Normalized = true }).Tokens("NEW"));

    [Theory]
    [InlineData(false, false, "_a|_|@|_|_b")]
    [InlineData(true, false, "_a|@|_|_b")]
    [InlineData(true, true, "_a|@|b")]
    public void White_space_may_belong_to_the_token(bool left, bool right, string expected)
    {
        // Where spaces are kept, both by the tokenizer and by SentencePiece, those that are not swallowed show.
        Tokenizer tokenizer = Tokenizer.FromSentencePiece(
            SmallAlbert.Model(m => m.Normalizer.Number(4, 0).Number(3, 0)),
            new TokenizerSettings { AddedTokens = Added(new AddedToken("@") { LeftStrip = left, RightStrip = right }) },
            new TokenizerOptions { RemoveSpace = false });
        Assert.Equal(expected.Split('|'), tokenizer.Tokens(" a @  b"));
    }

    [Theory]
    [InlineData("a cb b", "_a cb _b")]
    [InlineData("acb b", "_a c b _b")]
    [InlineData("a cba", "_a _ c b a")]
    [InlineData("cb", "cb")]
    [InlineData("[CLS]cb", "_ [ c <unk> s ] c b")]
    public void A_single_word_must_stand_alone(string text, string expected) =>
        Assert.Equal(expected.Split(' '), With(new AddedToken("cb") { SingleWord = true }).Tokens(text));

    [Fact]
    public void The_longest_of_the_leftmost_counts()
    {
        TokenizerSettings settings = new()
        {
            AddedTokens = new Dictionary<int, AddedToken>
            {
                [SmallAlbert.Count] = new("@@"),
                [SmallAlbert.Count + 1] = new("@@@"),
                [SmallAlbert.Count + 2] = new("@a"),
            },
        };
        Assert.Equal(["@@@", "@@", "_a", "@a", "_b"], SmallAlbert.Tokenizer(settings).Tokens("@@@@@a@ab"));
    }

    [Fact]
    public void A_piece_that_reads_like_an_added_token_has_its_id()
    {
        TokenizerSettings settings = new() { AddedTokens = Added(new AddedToken("▁the")) };
        Tokenizer tokenizer = SmallAlbert.Tokenizer(settings);
        Assert.Equal(SmallAlbert.Count, tokenizer.Encode("the").Ids[1]);
    }

    [Fact]
    public void Ids_without_a_token_are_refused()
    {
        TokenizerSettings settings = new() { AddedTokens = new Dictionary<int, AddedToken> { [SmallAlbert.Count + 2] = new("@") } };
        Assert.Contains("none has the id 31", Assert.Throws<TokenizerFormatException>(() => SmallAlbert.Tokenizer(settings)).Message);
    }

    [Fact]
    public void Decoding_leaves_special_tokens_out_or_in()
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer();
        int[] ids = tokenizer.Encode("the [MASK] a").Ids.ToArray();
        Assert.Equal("the a", tokenizer.Decode(ids));
        Assert.Equal("[CLS] the[MASK] a[SEP]", tokenizer.Decode(ids, skipSpecialTokens: false));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([SmallAlbert.Count]));
    }

    [Fact]
    public void Decoding_puts_other_added_tokens_between_spaces()
    {
        Tokenizer tokenizer = With(new AddedToken("@"));
        Assert.Equal("the @ a @", tokenizer.Decode(tokenizer.Encode("the@a@").Ids));
    }

    [Theory]
    [InlineData("a . b , c ? d !", "a. b, c? d!")]
    [InlineData("do n't , I 'm it 's we 've they 're a ' b", "don't, I'm it's we've they're a'b")]
    public void Spaces_before_punctuation_may_be_cleaned_up(string text, string expected) =>
        Assert.Equal(expected, SpaceCleanup.Apply(text));

    private static Dictionary<int, AddedToken> Added(AddedToken token) => new() { [SmallAlbert.Count] = token };

    private static Tokenizer With(AddedToken token) => SmallAlbert.Tokenizer(new TokenizerSettings { AddedTokens = Added(token) });
}
