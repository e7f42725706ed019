using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Slow;

/// <summary>How long texts and pairs are cut, by either reference's rule, and what is left over.</summary>
public sealed class TruncationTests
{
    [Fact]
    public void Slow_takes_one_token_after_the_other_from_the_longer_side()
    {
        for (int first = 0; first < 12; first++)
        {
            for (int second = 0; second < 12; second++)
            {
                for (int limit = -3; limit <= first + second; limit++)
                    Assert.Equal(OneByOne(first, second, limit), Lengths(TokenizerSemantics.Slow, TruncationStrategy.LongestFirst, first, second, limit));
            }
        }
    }

    [Theory]
    [InlineData(10, 10, 7, 3, 4)]
    [InlineData(10, 4, 7, 4, 3)]
    [InlineData(4, 10, 7, 3, 4)]
    [InlineData(10, 3, 8, 5, 3)]
    [InlineData(2, 10, 8, 2, 6)]
    [InlineData(10, 10, 1, 0, 1)]
    [InlineData(10, 9, 0, 0, 0)]
    [InlineData(3, 3, 8, 3, 3)]
    public void Fast_computes_both_lengths_at_once(int first, int second, int limit, int keptFirst, int keptSecond) => Assert.Equal(
        (keptFirst, keptSecond), Lengths(TokenizerSemantics.Fast, TruncationStrategy.LongestFirst, first, second, limit));

    [Theory]
    [InlineData(TokenizerSemantics.Slow)]
    [InlineData(TokenizerSemantics.Fast)]
    public void One_side_may_have_to_give_everything(TokenizerSemantics semantics)
    {
        Assert.Equal((5, 4), Lengths(semantics, TruncationStrategy.OnlyFirst, 10, 4, 9));
        Assert.Equal((10, 1), Lengths(semantics, TruncationStrategy.OnlySecond, 10, 4, 11));
        Assert.Equal((3, 0), Lengths(semantics, TruncationStrategy.LongestFirst, 10, null, 3));
        Assert.Throws<ArgumentException>(() => Lengths(semantics, TruncationStrategy.OnlySecond, 10, null, 3));
    }

    [Fact]
    public void What_cannot_be_cut_stays_whole_in_slow_and_is_an_error_in_fast()
    {
        Assert.Equal((3, 0), Lengths(TokenizerSemantics.Slow, TruncationStrategy.LongestFirst, 3, null, 0));
        Assert.Equal((3, 9), Lengths(TokenizerSemantics.Slow, TruncationStrategy.OnlyFirst, 3, 9, 8));
        Assert.Equal((9, 3), Lengths(TokenizerSemantics.Slow, TruncationStrategy.OnlySecond, 9, 3, 8));
        Assert.Throws<ArgumentException>(() => Lengths(TokenizerSemantics.Fast, TruncationStrategy.OnlyFirst, 3, 9, 8));
        Assert.Throws<ArgumentException>(() => Lengths(TokenizerSemantics.Fast, TruncationStrategy.OnlySecond, 9, 3, 8));
        Assert.Throws<ArgumentException>(() => Lengths(TokenizerSemantics.Fast, TruncationStrategy.LongestFirst, 3, null, -1));
    }

    [Fact]
    public void A_pair_has_types_sequences_and_special_tokens()
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer();
        Encoding encoding = tokenizer.Encode("a b", "the");
        Assert.Equal(["[CLS]", "▁a", "▁b", "[SEP]", "▁the", "[SEP]"], encoding.Tokens);
        Assert.Equal([0, 0, 0, 0, 1, 1], encoding.TokenTypeIds.ToArray());
        Assert.Equal([-1, 0, 0, -1, 1, -1], encoding.SequenceIndices.ToArray());
        Assert.Equal([default, new(0, 1), new(1, 3), default, new(0, 3), default], encoding.Spans.ToArray());
        Assert.True(encoding.IsSpecial(3));
        Assert.False(encoding.IsSpecial(4));
        Assert.Empty(encoding.Overflow);
        Encoding bare = tokenizer.Encode("a b", "the", new EncodeOptions { AddSpecialTokens = false });
        Assert.Equal(["▁a", "▁b", "▁the"], bare.Tokens);
        Assert.Equal([0, 0, 1], bare.TokenTypeIds.ToArray());
    }

    [Theory]
    [InlineData(0, "abi|abi|a")]
    [InlineData(1, "abi|iab|bia")]
    [InlineData(2, "abi|bia|iab|abi|bia")]
    public void Windows_repeat_the_stride(int stride, string expected)
    {
        Encoding encoding = SmallAlbert.Tokenizer().EncodeWords(
            ["a", "b", "i", "a", "b", "i", "a"], new EncodeOptions { MaxLength = 5, Stride = stride });
        string[] windows = [.. new[] { encoding }.Concat(encoding.Overflow).Select(Text)];
        Assert.Equal(expected.Split('|'), windows);
    }

    [Fact]
    public void Overflow_keeps_spans_words_and_the_other_side()
    {
        EncodeOptions options = new() { MaxLength = 6, Truncation = TruncationStrategy.OnlySecond, Stride = 0 };
        Encoding encoding = SmallAlbert.Tokenizer().Encode("the", "a b a", options);
        Encoding rest = Assert.Single(encoding.Overflow);
        Assert.Equal(["[CLS]", "▁the", "[SEP]", "▁a", "▁b", "[SEP]"], encoding.Tokens);
        Assert.Equal(["[CLS]", "▁the", "[SEP]", "▁a", "[SEP]"], rest.Tokens);
        Assert.Equal(new TextSpan(3, 5), rest.Spans[3]);
        Assert.Equal(2, rest.WordIndices[3]);
        Assert.Equal([0, 0, 0, 1, 1], rest.TokenTypeIds.ToArray());
        Assert.Empty(rest.Overflow);
    }

    [Fact]
    public void Where_both_sides_are_cut_every_window_meets_every_other()
    {
        EncodeOptions options = new() { MaxLength = 5, Stride = 0 };
        Encoding encoding = SmallAlbert.Tokenizer().EncodeWords(["a", "b"], ["a", "i"], options);
        Assert.Equal("aa", Text(encoding));
        Assert.Equal(["ba", "bi", "ai"], encoding.Overflow.Select(Text));
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer();
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Encode("a", new EncodeOptions { MaxLength = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Encode("a", new EncodeOptions { Stride = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Encode("a", new EncodeOptions { Truncation = (TruncationStrategy)7 }));
        Assert.Throws<ArgumentException>(() => tokenizer.Encode("a b a b", new EncodeOptions { MaxLength = 4, Stride = 2 }));
        Assert.Throws<ArgumentNullException>(() => tokenizer.Encode((string)null!));
    }

    [Fact]
    public void Batches_keep_their_order()
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer();
        Assert.Equal(["a", "b", ""], tokenizer.EncodeBatch(["a", "b", ""]).Select(Text));
        Assert.Equal(["ab", "ba"], tokenizer.EncodeBatch([("a", "b"), ("b", "a")]).Select(Text));
    }

    private static string Text(Encoding encoding) =>
        string.Concat(encoding.Tokens.Where((_, i) => !encoding.IsSpecial(i))).Replace("\u2581", "");

    private static (int First, int Second) Lengths(
        TokenizerSemantics semantics, TruncationStrategy strategy, int first, int? second, int limit) =>
        new Truncation(semantics, strategy, limit).Lengths(first, second);

    private static (int First, int Second) OneByOne(int first, int second, int limit)
    {
        for (int excess = first + second - limit; excess > 0; excess--)
        {
            if (first > second)
                first--;
            else
                second = Math.Max(0, second - 1);
        }
        return (first, second);
    }
}
