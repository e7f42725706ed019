using AlbertNative.Tokenization;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

public sealed class PreparationTests
{
    /// <summary>The known answers of Random123's <c>kat_vectors</c> for philox4x32 with 10 rounds.</summary>
    [Theory]
    [InlineData(0, 0, 0, 0, 0, 0, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_gives_the_published_numbers(uint a, uint b, uint c, uint d, uint seed, uint purpose, uint x, uint y, uint z, uint w) =>
        Assert.Equal((x, y, z, w), new Philox(seed, (RandomPurpose)purpose).Bits(a, b, c, d));

    [Fact]
    public void N_grams_cover_whole_words_and_the_share_that_was_asked_for()
    {
        const int Words = 400;
        int[] words = [-1, .. Enumerable.Range(0, Words).SelectMany(word => Enumerable.Repeat(word, 1 + word % 3)), -1];
        int[] lengths = new int[4];
        int masked = 0;
        for (int example = 0; example < 200; example++)
        {
            List<Range> runs = NGramChoice.Choose(words, 0.15, new Philox(1, RandomPurpose.Masking).Stream(0, example));
            foreach (Range run in runs)
            {
                Assert.NotEqual(words[run.Start.Value - 1], words[run.Start.Value]);
                Assert.NotEqual(words[run.End.Value - 1], words[run.End.Value]);
                lengths[words[run.End.Value - 1] - words[run.Start.Value] + 1]++;
                masked += run.End.Value - run.Start.Value;
            }
        }
        int tokens = 200 * (words.Length - 2);
        Assert.InRange(masked, 0.149 * tokens, 0.151 * tokens);
        // P(1) : P(2) : P(3) = 6 : 3 : 2, a little to the short side where runs meet.
        double all = lengths.Sum();
        Assert.InRange(lengths[1] / all, 6 / 11.0 - 0.01, 6 / 11.0 + 0.06);
        Assert.InRange(lengths[2] / all, 3 / 11.0 - 0.04, 3 / 11.0 + 0.04);
        Assert.InRange(lengths[3] / all, 2 / 11.0 - 0.06, 2 / 11.0 + 0.01);
    }

    [Fact]
    public void Masked_n_grams_share_their_fate()
    {
        int[] ids = [2, .. Enumerable.Range(100, 300), 3];
        int[] words = [-1, .. Enumerable.Range(0, 300), -1];
        TokenMasking masking = new(4, 1000);
        int masks = 0, others = 0, same = 0;
        for (int example = 0; example < 300; example++)
        {
            MaskedInput input = masking.MaskNGrams(ids, words, new Philox(3, RandomPurpose.Masking).Stream(1, example));
            Assert.Equal((-100, -100), (input.Labels[0], input.Labels[^1]));
            for (int token = 0; token < ids.Length; token++)
            {
                if (input.Labels[token] < 0)
                {
                    Assert.Equal(ids[token], input.InputIds[token]);
                    continue;
                }
                Assert.Equal(ids[token], input.Labels[token]);
                if (input.InputIds[token] == 4)
                    masks++;
                else if (input.InputIds[token] == ids[token])
                    same++;
                else
                    others++;
            }
        }
        double all = masks + others + same;
        Assert.Equal(45 * 300, all);
        Assert.InRange(masks / all, 0.77, 0.83);
        Assert.InRange(others / all, 0.08, 0.12);
    }

    [Fact]
    public void Documents_become_pairs_of_consecutive_segments()
    {
        int next = 10;
        List<SegmentTokens> lines = [.. Enumerable.Range(0, 200).Select(line => Line(3 + line % 7, ref next))];
        int swapped = 0, pairs = 0;
        for (int document = 0; document < 40; document++)
        {
            int last = 0;
            foreach (SegmentPair pair in new SentenceOrderSampling(64).Pairs(lines, new Philox(5, RandomPurpose.Segments).Stream(0, document)))
            {
                (SegmentTokens first, SegmentTokens second) = pair.IsSwapped ? (pair.Second, pair.First) : (pair.First, pair.Second);
                Assert.InRange(first.Length + second.Length, 2, 61);
                Assert.True(first.Ids[0] > last && second.Ids[0] > first.Ids[^1]);
                Assert.Equal(Enumerable.Range(first.Ids[0], first.Length), first.Ids);
                last = second.Ids[^1];
                swapped += pair.IsSwapped ? 1 : 0;
                pairs++;
            }
        }
        Assert.InRange(swapped / (double)pairs, 0.45, 0.55);
    }

    [Fact]
    public void A_single_long_line_is_divided_and_a_short_one_dropped()
    {
        int next = 10;
        SentenceOrderSampling sampling = new(16) { ShortShare = 0 };
        SegmentPair pair = Assert.Single(sampling.Pairs([Line(40, ref next)], new Philox(0, RandomPurpose.Segments).Stream(0, 0)));
        Assert.Equal(13, pair.First.Length + pair.Second.Length);
        Assert.Empty(sampling.Pairs([Line(1, ref next)], new Philox(0, RandomPurpose.Segments).Stream(0, 0)));
        Assert.Throws<ArgumentOutOfRangeException>("MaxTokens", () => new SentenceOrderSampling(4).Pairs([], new Philox(0, RandomPurpose.Segments).Stream(0, 0)).Any());
    }

    [Fact]
    public void Blocks_drop_what_is_left_over()
    {
        int[][] texts = [.. Enumerable.Range(0, 5).Select(text => new[] { text, text })];
        Assert.Equal([[0, 0, 1, 1], [2, 2, 3, 3]], TextBlocks.Cut(texts, 4));
        Assert.Equal([[0, 0, 1, 1, 2, 2, 3, 3, 4, 4]], TextBlocks.Cut(texts, 100));
        Assert.Empty(TextBlocks.Cut([], 4));
    }

    [Fact]
    public void Choices_are_pairs_with_the_text()
    {
        Tokenizer tokenizer = ModelTokenizer.Load(Testing.ShippedModels.Nano);
        ChoiceInput input = ChoiceInput.Of(tokenizer, "a man", ["sits", "stands up"], 1, 16);
        Assert.Equal(2, input.Choices.Length);
        Assert.Equal(tokenizer.Encode("a man", "stands up").Ids.ToArray(), input.Choices[1].InputIds);
        Assert.Contains(1, input.Choices[0].TokenTypeIds);
        Assert.Throws<ArgumentOutOfRangeException>("label", () => ChoiceInput.Of(tokenizer, "a", ["b", "c"], 2, 16));
    }

    private static SegmentTokens Line(int length, ref int next)
    {
        int first = next;
        next += length;
        return new([.. Enumerable.Range(first, length)], [.. Enumerable.Range(first, length)]);
    }
}
