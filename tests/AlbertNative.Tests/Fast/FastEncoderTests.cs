using AlbertNative.Tokenization;
using TokenEncoding = AlbertNative.Tokenization.Encoding;

namespace AlbertNative.Tests.Fast;

/// <summary>The whole fast tokenizer: pairs, words, truncation, word by word or at once, memory, threads.</summary>
public sealed class FastEncoderTests
{
    private static readonly TokenizerFile Albert = new()
    {
        AddedTokens = $"[{TokenizerFile.Added(4, "[MASK]", "lstrip", "special")}]",
        Normalizer = TokenizerFile.Sequence(
            "normalizers",
            """{"type":"Replace","pattern":{"String":"``"},"content":"\""}""",
            TokenizerFile.Simple("NFKD"), TokenizerFile.Simple("StripAccents"), TokenizerFile.Simple("Lowercase"),
            CharsMapBytes.Normalizer(("\t", " "), ("\n", " "), ("\r", " "), ("\u0001", ""), (" \u0301", "x"), ("ﬁ", "fi")),
            """{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}"""),
        PreTokenizer = TokenizerFile.Metaspace,
        PostProcessor = TokenizerFile.Template,
        Decoder = TokenizerFile.Metaspace,
    };

    [Fact]
    public void A_text()
    {
        TokenEncoding encoding = Albert.Load().Encode("Ab  À[MASK]");
        Assert.Equal("[CLS] 0-0/-1 ▁ab 0-2/0 ▁a 3-5/1 [MASK] 5-11/2 [SEP] 0-0/-1", TokenizerFile.Show(encoding));
        Assert.Equal([0, 0, 0, 0, 0], encoding.TokenTypeIds);
        Assert.Equal([-1, 0, 0, 0, -1], encoding.SequenceIndices);
        Assert.Equal(TokenizerSemantics.Fast, Albert.Load().Semantics);
    }

    [Fact]
    public void A_pair()
    {
        TokenEncoding encoding = Albert.Load().Encode("a b", "c");
        Assert.Equal("[CLS] 0-0/-1 ▁a 0-1/0 ▁ 1-2/1 b 2-3/1 [SEP] 0-0/-1 ▁ 0-1/0 c 0-1/0 [SEP] 0-0/-1", TokenizerFile.Show(encoding));
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1], encoding.TokenTypeIds);
        Assert.Equal([-1, 0, 0, 0, -1, 1, 1, -1], encoding.SequenceIndices);
    }

    [Fact]
    public void Words_have_the_callers_indices_and_spans_of_their_own()
    {
        TokenEncoding encoding = Albert.Load().EncodeWords(["ab", "", "ÀB", "a b"]);
        Assert.Equal(
            "[CLS] 0-0/-1 ▁ab 0-2/0 ▁ab 0-2/2 ▁a 0-1/3 ▁ 1-2/3 b 2-3/3 [SEP] 0-0/-1", TokenizerFile.Show(encoding));
    }

    [Fact]
    public void Without_a_post_processor_texts_stand_alone()
    {
        TokenEncoding encoding = new TokenizerFile().Load().Encode("a", "b");
        Assert.Equal("a 0-1/0 b 0-1/0", TokenizerFile.Show(encoding));
        Assert.Equal([0, 1], encoding.TokenTypeIds);
    }

    [Fact]
    public void Special_tokens_are_added_on_request() => Assert.Equal(
        "▁a 0-1/0", TokenizerFile.Show(Albert.Load().Encode("a", new EncodeOptions { AddSpecialTokens = false })));

    [Fact]
    public void The_files_truncation_and_padding_are_not_applied()
    {
        TokenizerFile file = Albert with
        {
            Truncation = """{"max_length":3,"strategy":"LongestFirst","stride":0}""",
            Padding = """
                {"strategy":{"Fixed":9},"direction":"Right","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,"pad_token":"<pad>"}
                """,
        };
        Assert.Equal(4, file.Load().Encode("a a").Count);
    }

    [Fact]
    public void Which_of_two_long_texts_is_longer_depends_on_where_their_words_end()
    {
        // Both reach six tokens; the first stops right there, the second in the middle of a word of three.
        Tokenizer tokenizer = Albert.Load();
        EncodeOptions options = new() { MaxLength = 6 };
        string sixOnes = "a a a a a a a a", longWord = "a a a a a cccc";
        Assert.Equal((1, 2), Kept(tokenizer.Encode(sixOnes, longWord, options)));
        Assert.Equal((2, 1), Kept(tokenizer.Encode(longWord, sixOnes, options)));
        Assert.Equal((1, 2), Kept(tokenizer.Encode(sixOnes, sixOnes, options)));
    }

    [Fact]
    public void Overflow_covers_the_whole_text()
    {
        EncodeOptions options = new() { MaxLength = 5, Stride = 1 };
        TokenEncoding encoding = Albert.Load().Encode("a a a a a a a a", options);
        Assert.Equal([(0, 5), (3, 9), (7, 13), (11, 15)], [Reach(encoding), .. encoding.Overflow.Select(Reach)]);

        static (int, int) Reach(TokenEncoding e) => (e.Spans[1].Start, e.Spans[e.Count - 2].End);
    }

    [Fact]
    public void Word_by_word_gives_the_tokens_of_the_whole()
    {
        // A step that does nothing but is not local makes the same tokenizer treat texts as a whole.
        string whole = TokenizerFile.Sequence(
            "normalizers", Albert.Normalizer, """{"type":"Strip","strip_left":false,"strip_right":false}""");
        foreach (string preTokenizer in PreTokenizers())
        {
            TokenizerFile file = Albert with { PreTokenizer = preTokenizer };
            Tokenizer wordByWord = file.Load(), atOnce = (file with { Normalizer = whole }).Load();
            Random random = new(7);
            for (int i = 0; i < 1500; i++)
            {
                string text = FastFuzzTests.RandomText(random) + FastFuzzTests.RandomText(random);
                string expected = TokenizerFile.Show(atOnce.Encode(text));
                Assert.Equal(expected, TokenizerFile.Show(wordByWord.Encode(text)));
                // And once more, from memory.
                Assert.Equal(expected, TokenizerFile.Show(wordByWord.Encode(text)));
            }
        }
    }

    [Fact]
    public void Ids_alone_are_those_of_the_encoding_and_cost_no_memory()
    {
        Tokenizer tokenizer = Albert.Load();
        Random random = new(8);
        string[] texts = [.. Enumerable.Range(0, 200).Select(_ => FastFuzzTests.RandomText(random) + " a b ÀC  ``c``")];
        int[] ids = new int[4096];
        // The first rounds warm up; later ones may see what the runtime does meanwhile.
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long allocated = 0;
            foreach (string text in texts)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                int count = tokenizer.Encode(text, ids);
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                if (round == 0)
                    Assert.Equal(tokenizer.Encode(text).Ids, ids.AsSpan(0, count));
            }
            least = Math.Min(least, allocated);
        }
        Assert.Equal(0, least);
    }

    [Fact]
    public void Many_threads_get_what_one_gets()
    {
        Random random = new(9);
        string[] texts = [.. Enumerable.Range(0, 300).Select(_ => FastFuzzTests.RandomText(random) + FastFuzzTests.RandomText(random))];
        Tokenizer alone = Albert.Load();
        string[] expected = [.. texts.Select(text => TokenizerFile.Show(alone.Encode(text)))];
        Tokenizer shared = Albert.Load();
        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < texts.Length * 3; i++)
            {
                int text = (i * 7 + thread * 31) % texts.Length;
                Assert.Equal(expected[text], TokenizerFile.Show(shared.Encode(texts[text])));
            }
        });
    }

    private static IEnumerable<string> PreTokenizers()
    {
        foreach (string scheme in (string[])["always", "first", "never"])
        {
            string metaspace = TokenizerFile.Metaspace.Replace("always", scheme, StringComparison.Ordinal);
            yield return metaspace;
            yield return TokenizerFile.Sequence("pretokenizers", TokenizerFile.Simple("WhitespaceSplit"), metaspace);
            yield return TokenizerFile.Sequence("pretokenizers", metaspace, TokenizerFile.Simple("WhitespaceSplit"));
        }
        yield return TokenizerFile.Simple("WhitespaceSplit");
    }

    private static (int, int) Kept(TokenEncoding encoding) =>
        (encoding.SequenceIndices.Count(0), encoding.SequenceIndices.Count(1));
}
