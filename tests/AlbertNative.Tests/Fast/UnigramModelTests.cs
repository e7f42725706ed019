namespace AlbertNative.Tests.Fast;

/// <summary>The Unigram model. The expectations are Hugging Face's.</summary>
public sealed class UnigramModelTests
{
    [Fact]
    public void The_best_sum_of_scores_wins() => Assert.Equal(
        "abcd 0-4/0 a 4-5/0 cd 5-7/0 xx 7-9/0",
        Model("""[["<unk>",0],["a",0],["b",0],["c",0],["d",0],["cd",1],["ab",2],["abc",5],["abcd",10]]""").Tokens("abcdacdxx"));

    [Theory]
    [InlineData("aaa", "a 0-1/0 aa 1-3/0")]
    [InlineData("aabb", "aa 0-2/0 b 2-3/0 b 3-4/0")]
    public void Of_equal_sums_the_first_stays(string text, string expected) =>
        Assert.Equal(expected, Model("""[["<unk>",0],["a",-1],["aa",-2],["b",-1]]""").Tokens(text));

    [Theory]
    [InlineData("axya", "a 0-1/0 xy 1-3/0 a 3-4/0")]
    [InlineData("xz", "xz 0-2/0")]
    [InlineData("a<unk>z", "a 0-1/0 <unk>z 1-7/0")]
    public void Runs_of_unknown_text_are_one_token(string text, string expected) =>
        Assert.Equal(expected, Model("""[["<unk>",0],["a",-1],["xy",-100]]""").Tokens(text));

    [Fact]
    public void A_run_that_is_a_piece_after_all_is_that_piece()
    {
        // Two unknowns score more than this piece, so the search takes them; the look-up then finds it.
        var tokenizer = Model("""[["<unk>",50],["a",50],["xy",40]]""").Load();
        Assert.Equal([2], tokenizer.Encode("xy").Ids);
    }

    [Fact]
    public void Of_equal_pieces_the_last_one_counts() =>
        Assert.Equal([2], Model("""[["<unk>",0],["a",-1],["a",-2]]""").Load().Encode("a").Ids);

    [Theory]
    [InlineData("aéz", "a 0-1/0 <0xC3> 1-3/0 <0xA9> 1-3/0 <0x7A> 1-3/0")]
    [InlineData("😀z", "<0xF0> 0-3/0 <0x9F> 0-3/0 <0x98> 0-3/0 <0x80> 0-3/0 <0x7A> 0-3/0")]
    [InlineData("zà", "zà 0-2/0")]
    public void Byte_fallback_takes_a_run_apart_where_every_byte_has_a_piece(string text, string expected)
    {
        string bytes = string.Join(",", ((string[])["C3", "A9", "7A", "F0", "9F", "98", "80"]).Select(b => $"[\"<0x{b}>\",-20]"));
        string model = $$"""{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-1],{{bytes}}],"byte_fallback":true}""";
        Assert.Equal(expected, new TokenizerFile { Model = model }.Tokens(text));
    }

    [Fact]
    public void A_file_without_the_type_is_unigram_by_its_vocabulary() =>
        Assert.Equal("a 0-1/0", new TokenizerFile { Model = """{"unk_id":0,"vocab":[["<unk>",0],["a",-1]]}""" }.Tokens("a"));

    [Fact]
    public void A_lone_surrogate_is_a_replacement_character() =>
        Assert.Equal("a 0-1/0 \uFFFD 1-2/0 a 2-3/0 \uFFFD\uFFFD 3-5/0", new TokenizerFile().Tokens("a\uD83Da\uDE00\uD83D"));

    private static TokenizerFile Model(string vocabulary) => new()
    {
        Model = $$"""{"type":"Unigram","unk_id":0,"vocab":{{vocabulary}},"byte_fallback":false}""",
    };
}
