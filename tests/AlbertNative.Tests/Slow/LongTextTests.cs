using System.Diagnostics;
using AlbertNative.Tests.SentencePiece;
using AlbertNative.Tokenization;
using AlbertNative.Tokenization.Slow;

namespace AlbertNative.Tests.Slow;

/// <summary>Long texts are encoded a chunk at a time and left where there are enough tokens; neither changes a result.</summary>
public sealed class LongTextTests
{
    private static readonly string[] Words =
    [
        "the", "a", "b", "abc", "x", "9,", "99,9,", "[MASK]", "<unk>", "[SEP]", "\u0301", "\u0301\u0302", "\u200B", "ΑΣ", "Σ", "ﬁ", "'",
        "``", "اگاهی", "\uD835\uDEBA", "\uD800", "日", "日本",
    ];

    private static readonly string[] Spaces = [" ", " ", " ", "  ", "\t", "\n", "\u00A0", "\u3000", " \u0301 ", "\u2028"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Chunks_give_the_tokens_of_the_whole(bool removeSpace)
    {
        TokenizerOptions options = new() { RemoveSpace = removeSpace };
        Tokenizer whole = Make(int.MaxValue, options);
        foreach (int length in (int[])[1, 2, 5, 13])
        {
            Tokenizer chunked = Make(length, options);
            Random random = new(length);
            for (int i = 0; i < 1500; i++)
            {
                string text = RandomWords(random, random.Next(1, 20));
                AssertEqual(whole.Encode(text), chunked.Encode(text));
            }
            for (int i = 0; i < 500; i++)
            {
                string text = RandomText.Make(random, 200);
                AssertEqual(whole.Encode(text), chunked.Encode(text));
            }
        }
    }

    [Theory]
    [InlineData(TokenizerSemantics.Slow)]
    [InlineData(TokenizerSemantics.Fast)]
    public void A_text_that_is_left_early_is_truncated_as_if_it_had_been_read_to_its_end(TokenizerSemantics semantics)
    {
        Tokenizer tokenizer = semantics == TokenizerSemantics.Slow
            ? Make(4, new TokenizerOptions())
            : SmallAlbert.Tokenizer(options: new TokenizerOptions { Semantics = semantics });
        Random random = new(7);
        for (int i = 0; i < 3000; i++)
        {
            string text = RandomWords(random, random.Next(20)), pair = RandomWords(random, random.Next(20));
            EncodeOptions left = new()
            {
                MaxLength = random.Next(24),
                Truncation = (TruncationStrategy)random.Next(3),
                AddSpecialTokens = random.Next(2) == 0,
            };
            // With a stride, whatever is cut off is wanted.
            EncodeOptions all = left with { Stride = 0 };
            AssertSame(options => tokenizer.Encode(text, options), all, left);
            AssertSame(options => tokenizer.Encode(text, pair, options), all, left);
            AssertSame(options => tokenizer.EncodeWords(text.Split(' '), pair.Split(' '), options), all, left);
        }
    }

    [Theory]
    [InlineData(TokenizerSemantics.Slow)]
    [InlineData(TokenizerSemantics.Fast)]
    public void Truncating_long_texts_takes_time_and_memory_of_what_stays(TokenizerSemantics semantics)
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer(options: new TokenizerOptions { Semantics = semantics });
        string text = string.Concat(Enumerable.Repeat("the abc 9, ", 400_000));
        // Room for 14 tokens of a pair: of an odd number the longer text gets one more, which takes a look at both.
        EncodeOptions options = new() { MaxLength = 17 };
        tokenizer.Encode(text, text, options);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch watch = Stopwatch.StartNew();
        Assert.True(tokenizer.Encode(text, options).IsTruncated);
        Assert.Equal(17, tokenizer.Encode(text, text, options).Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_text_without_any_space_is_left_early_as_well()
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer();
        Random random = new(3);
        string[] parts = ["a", "b", "the", "abc", "9,", "x", "日", "\u0301", "\uD835\uDEBA", "ﬁ", "''", "i"];
        foreach (string text in (string[])
            [new('a', 5_000_000), new('x', 1_000_000), string.Concat(Enumerable.Range(0, 400_000).Select(_ => parts[random.Next(parts.Length)]))])
        {
            Encoding whole = tokenizer.Encode(text, new EncodeOptions { MaxLength = 512, Stride = 0 });
            long before = GC.GetAllocatedBytesForCurrentThread();
            Encoding left = tokenizer.Encode(text, new EncodeOptions { MaxLength = 512 });
            // A run of unknown characters is one token, however long it is.
            if (text[0] != 'x')
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
            AssertEqual(whole, left);
            Assert.Equal(whole.IsTruncated, left.IsTruncated);
        }
    }

    [Fact]
    public void Windows_of_a_long_pair_are_made_one_at_a_time()
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer();
        string text = string.Concat(Enumerable.Repeat("a b ", 40_000));
        Encoding encoding = tokenizer.Encode(text, text, new EncodeOptions { MaxLength = 13, Stride = 2 });
        // 80,000 tokens in windows of 5 with steps of 3.
        int windows = 1 + (80_000 - 5 + 2) / 3;
        Assert.Equal(windows * windows - 1, encoding.Overflow.Count);
        Assert.Equal(13, encoding.Overflow[windows * 1000].Count);
        Assert.Equal(new TextSpan(5, 7), encoding.Overflow[0].Spans[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => encoding.Overflow[windows * windows - 1]);
        Assert.Empty(tokenizer.Encode(text, text, new EncodeOptions { MaxLength = 13 }).Overflow);
    }

    [Theory]
    [InlineData(TokenizerSemantics.Slow)]
    [InlineData(TokenizerSemantics.Fast)]
    public async Task Encoding_ends_when_it_is_cancelled(TokenizerSemantics semantics)
    {
        Tokenizer tokenizer = SmallAlbert.Tokenizer(options: new TokenizerOptions { Semantics = semantics });
        string text = string.Concat(Enumerable.Repeat("the abc 9, ", 400_000));
        Assert.ThrowsAny<OperationCanceledException>(() => tokenizer.Encode("a", null, new CancellationToken(true)));
        using CancellationTokenSource source = new();
        int[] ids = new int[8 << 20];
        bool isStarted = false;
        Task encoding = Task.Run(
            () =>
            {
                for (int i = 0; i < 1000; i++)
                {
                    tokenizer.Encode(text, ids, source.Token);
                    Volatile.Write(ref isStarted, true);
                    tokenizer.Encode(text, null, source.Token);
                }
            },
            CancellationToken.None);
        SpinWait.SpinUntil(() => Volatile.Read(ref isStarted));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => encoding);
        Assert.Equal(["[CLS]", "\u2581a", "[SEP]"], tokenizer.Encode("a").Tokens);
    }

    private static Tokenizer Make(int chunkLength, TokenizerOptions options) =>
        new(new SlowTextEncoder(SentencePieceModel.Parse(SmallAlbert.Model()), TokenizerSettings.Default, options, chunkLength));

    private static string RandomWords(Random random, int count) => string.Concat(Enumerable.Range(0, count).Select(
        _ => (random.Next(5) == 0 ? "" : Spaces[random.Next(Spaces.Length)]) + Words[random.Next(Words.Length)]));

    private static void AssertSame(Func<EncodeOptions, Encoding> encode, EncodeOptions all, EncodeOptions left)
    {
        Encoding? expected = Try(() => encode(all)), actual = Try(() => encode(left));
        // A stride of 0 asks for windows, which windows of no tokens cannot be.
        if (expected is null)
            return;
        AssertEqual(expected, actual!);
        Assert.Equal(expected.IsTruncated, actual!.IsTruncated);
        Assert.Equal(expected.IsTruncated, expected.Overflow.Count > 0);
        Assert.Empty(actual.Overflow);
    }

    private static Encoding? Try(Func<Encoding> encode)
    {
        try
        {
            return encode();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static void AssertEqual(Encoding expected, Encoding actual)
    {
        Assert.Equal(expected.Tokens, actual.Tokens);
        Assert.Equal(expected.Ids, actual.Ids);
        Assert.Equal(expected.Spans, actual.Spans);
        Assert.Equal(expected.WordIndices, actual.WordIndices);
        Assert.Equal(expected.TokenTypeIds, actual.TokenTypeIds);
        Assert.Equal(expected.SequenceIndices, actual.SequenceIndices);
    }
}
