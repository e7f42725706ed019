using AlbertNative.Tests.SentencePiece;
using AlbertNative.Tokenization;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tests.Slow;

/// <summary>The slow tokenizer from text to tokens, over a small vocabulary. <c>_</c> stands for the space symbol.</summary>
public sealed class SlowEncodingTests
{
    [Fact]
    public void A_piece_of_persian() => Assert.Equal(["_اگاه", "ی"], SmallAlbert.Tokenizer().Tokens("آگاهی"));

    [Theory]
    [InlineData("9,", "_9 ,")]
    [InlineData("9,9,", "_9 , 9 ,")]
    [InlineData("a9,", "_a 9 ,")]
    [InlineData("9,a", "_9 , a")]
    [InlineData("a,", "_a ,")]
    [InlineData("90,2", "_9 0 , 2")]
    public void A_comma_after_a_digit_is_cut_off(string text, string expected)
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer();
        Assert.Equal(expected.Split(' '), tokenizer.Tokens(text));
        Assert.Equal(text, string.Concat(tokenizer.Surfaces(text)));
    }

    [Fact]
    public void A_comma_is_cut_off_within_unknown_text()
    {
        // With neither the digit nor the comma in the vocabulary they are one unknown piece, which ends with a comma.
        var tokenizer = Tokenizer.FromSentencePiece(ModelBuilder.Of(("\u2581", -1), ("a", -1)).ToArray());
        Assert.Equal(["_", "<unk>", "<unk>"], tokenizer.Tokens("٣,"));
        Assert.Equal(["_", "<unk>"], tokenizer.Tokens("٣;"));
    }

    [Fact]
    public void Unknown_text_gets_the_id_of_a_piece_that_is_never_produced()
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer(change: m => m.Piece("xy", -3, PieceType.Unused));
        Assert.Equal(["_", "xy"], tokenizer.Tokens("xy"));
        Assert.Equal(["_", "<unk>"], tokenizer.Tokens("xz"));
    }

    [Fact]
    public void Bytes_stand_for_unknown_characters()
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer(change: m => m.WithBytes());
        Assert.Equal(["_a", "<0xE6>", "<0x97>", "<0xA5>", "b"], tokenizer.Tokens("a日b"));
        Assert.Equal(["a", "", "", "日", "b"], tokenizer.Surfaces("a日b"));
        Assert.Equal("a日b", tokenizer.Decode(tokenizer.Encode("a日b").Ids));
    }

    [Theory]
    [InlineData("The  A", "The|  A")]
    [InlineData(" \u00C2 b\t", "\u00C2| b")]
    [InlineData("ab", "a|b")]
    [InlineData("a\u0301\u0302b", "a\u0301\u0302|b")]
    [InlineData("ΣA", "|Σ|A")]
    [InlineData("\U0001D7F5b", "\U0001D7F5|b")]
    [InlineData("aﬁc", "a|ﬁ|ﬁ|c")]
    [InlineData("[MASK] a b", "[MASK]|a| b")]
    [InlineData("a  [MASK]", "a|[MASK]")]
    public void Spans_are_what_the_tokens_stand_for(string text, string expected) =>
        Assert.Equal(expected.Split('|'), SmallAlbert.Tokenizer(change: m => m.Piece("f", -3)).Surfaces(text));

    [Fact]
    public void Words_are_counted()
    {
        Encoding encoding = SmallAlbert.Tokenizer().Encode("the ab [MASK]c s");
        Assert.Equal(["[CLS]", "▁the", "▁a", "b", "[MASK]", "▁", "c", "▁", "s", "[SEP]"], encoding.Tokens);
        Assert.Equal([-1, 0, 1, 1, 2, 3, 3, 4, 4, -1], encoding.WordIndices.ToArray());
    }

    [Fact]
    public void The_callers_words_are_kept_apart()
    {
        Encoding encoding = SmallAlbert.Tokenizer().EncodeWords(["ab", "", "a b", "the"], ["9,"]);
        Assert.Equal(["[CLS]", "▁a", "b", "▁a", "▁b", "▁the", "[SEP]", "▁9", ",", "[SEP]"], encoding.Tokens);
        Assert.Equal([-1, 0, 0, 2, 2, 3, -1, 0, 0, -1], encoding.WordIndices.ToArray());
        Assert.Equal([-1, 0, 0, 0, 0, 0, -1, 1, 1, -1], encoding.SequenceIndices.ToArray());
        Assert.Equal(new TextSpan(1, 3), encoding.Spans[4]);
        Assert.Throws<ArgumentException>(() => SmallAlbert.Tokenizer().EncodeWords(["a", null!]));
    }

    [Fact]
    public void Any_text_gives_the_same_ids_in_both_forms()
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer();
        Random random = new(12);
        for (int i = 0; i < 3000; i++)
        {
            string text = RandomText.Make(random, 60);
            tokenizer.Tokens(text);
            tokenizer.Surfaces(text);
        }
    }

    [Fact]
    public void Encoding_to_ids_allocates_nothing()
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer();
        Random random = new(13);
        string[] texts = [.. Enumerable.Range(0, 60).Select(_ => RandomText.Make(random, 100)), "9,9, The [MASK] ab", "𝚨𝚺 ﷺ\u3000x"];
        int[] ids = new int[4000];
        for (int warmUp = 0; warmUp < 3; warmUp++)
        {
            foreach (string text in texts)
                tokenizer.Encode(text, ids);
        }
        Assert.Equal(0, Allocations.Least(() =>
        {
            foreach (string text in texts)
                tokenizer.Encode(text, ids);
        }));
    }

    [Fact]
    public void Ten_megabytes_take_time_in_proportion()
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer();
        int[] ids = new int[25_000_000];
        string[] units = ["a", "A ", "9,", "[", "\u0301", "𝚺.", "''", " \t", "[MASK] "];
        HostileModel.Run(() =>
        {
            foreach (string unit in units)
                tokenizer.Encode(string.Concat(Enumerable.Repeat(unit, 2_000_000 / unit.Length)), ids);
            tokenizer.Encode(new string('a', 10_000_000), ids);
        });
    }

    [Fact]
    public void A_short_buffer_is_refused() =>
        Assert.Throws<ArgumentException>(() => SmallAlbert.Tokenizer().Encode("ab", new int[3]));
}
