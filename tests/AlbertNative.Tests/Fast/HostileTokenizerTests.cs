using System.Diagnostics;
using AlbertNative.Tests.SentencePiece;
using AlbertNative.Tests.Slow;
using AlbertNative.Tokenization;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tests.Fast;

/// <summary>Tokenizer files that are sound and yet would take time or memory out of all proportion.</summary>
public sealed class HostileTokenizerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public void Normalizers_that_let_a_text_explode_are_refused_when_they_do()
    {
        string step = """{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""";
        Tokenizer tokenizer = new TokenizerFile { Normalizer = TokenizerFile.Sequence("normalizers", Enumerable.Repeat(step, 30)) }.Load();
        TokenizerFormatException error = Assert.Throws<TokenizerFormatException>(() => tokenizer.Encode("b a"));
        Assert.Contains("normalizers make more than", error.Message, StringComparison.Ordinal);
        Assert.Equal(["[CLS]", "b", "[SEP]"], new TokenizerFile { PostProcessor = TokenizerFile.Template }.Load().Encode("b").Tokens);
        Assert.Equal(["b"], tokenizer.Encode("b").Tokens);
    }

    [Fact]
    public void Decomposition_may_grow_a_text_as_much_as_Unicode_says()
    {
        Tokenizer tokenizer = new TokenizerFile { Normalizer = TokenizerFile.Simple("NFKD") }.Load();
        string text = new('\uFDFA', 10_000);
        Assert.Equal(text.Length, tokenizer.Encode(text).Spans[^1].End);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_token_that_takes_all_space_on_its_right_does_not_take_it_again_and_again(bool normalized)
    {
        string[] flags = normalized ? ["rstrip", "normalized"] : ["rstrip"];
        Tokenizer tokenizer = new TokenizerFile { AddedTokens = $"[{TokenizerFile.Added(13, " ", flags)}]" }.Load();
        string text = new(' ', 40_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch watch = Stopwatch.StartNew();
        Encoding encoding = tokenizer.Encode(text);
        Assert.Equal(40_000, encoding.Count);
        Assert.Equal(new TextSpan(0, 40_000), encoding.Spans[0]);
        Assert.Equal(new TextSpan(39_999, 40_000), encoding.Spans[^1]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Soon);
    }

    [Fact]
    public void Added_tokens_and_pieces_have_a_longest_length()
    {
        string content = new('a', 100_000);
        Assert.Contains("expected at most 256", HostileJson.Load(
            new TokenizerFile { AddedTokens = $"[{TokenizerFile.Added(13, content)}]" }.Utf8)!.Message, StringComparison.Ordinal);
        Assert.Contains("expected at most 256", Refusal($"{{\"additional_special_tokens\":[\"{content}\"]}}").Message, StringComparison.Ordinal);
        Assert.Contains("expected at most 1024", HostileJson.Load(
            new TokenizerFile { Model = $$"""{"type":"Unigram","unk_id":0,"vocab":[["a",0],["{{content}}",0]],"byte_fallback":false}""" }.Utf8)!.Message,
            StringComparison.Ordinal);
        byte[] model = SmallAlbert.Model(builder => builder.Piece(content, -1));
        Assert.Contains("expected at most 1024", HostileModel.Load(model)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_special_tokens_take_time_in_proportion()
    {
        string list = string.Join(',', Enumerable.Range(0, 40_000).Select(i => $"\"<x{i}>\""));
        Stopwatch watch = Stopwatch.StartNew();
        Tokenizer tokenizer = Load($"{{\"additional_special_tokens\":[{list}]}}");
        Encoding encoding = tokenizer.Encode(string.Concat(Enumerable.Repeat("<x7><X39999>ab ", 2000)));
        Assert.Contains("<x7>", encoding.Tokens);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Soon);
    }

    [Theory]
    [InlineData("2147483646")]
    [InlineData("2147483647")]
    [InlineData("16777216")]
    public void Ids_out_of_range_are_refused_by_every_semantics(string id)
    {
        foreach (string config in (string[])
            [$"{{\"added_tokens_decoder\":{{\"{id}\":{{\"content\":\"<x>\"}}}}}}", $"{{\"added_tokens_decoder\":{{\"{id}\":{{\"content\":\"[MASK]\"}}}}}}"])
        {
            Assert.Contains(id, Refusal(config).Message, StringComparison.Ordinal);
            foreach (TokenizerSemantics semantics in (TokenizerSemantics[])[TokenizerSemantics.Fast, TokenizerSemantics.Transformers5])
                Assert.Contains(id, Assert.Throws<TokenizerFormatException>(() => Load(config, semantics)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Added_tokens_of_the_settings_follow_the_vocabulary_in_the_conversion_too()
    {
        string id = SmallAlbert.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Tokenizer tokenizer = Load($"{{\"added_tokens_decoder\":{{\"4\":{{\"content\":\"[MASK]\"}},\"{id}\":{{\"content\":\"<x>\"}}}}}}", TokenizerSemantics.Fast);
        Assert.Equal(["[CLS]", "\u2581a", "<x>", "[MASK]", "[SEP]"], tokenizer.Encode("a<x>[MASK]").Tokens);
        Assert.Equal(SmallAlbert.Count, tokenizer.Encode("<x>").Ids[1]);
    }

    [Fact]
    public void A_map_with_a_NUL_in_a_key_is_refused()
    {
        foreach (string key in (string[])["\0", "\0a", "a\0", "é\0"])
            Assert.Contains("U+0000", Assert.Throws<FormatException>(() => CharsMap.Parse(CharsMapBytes.Make((key, "x")))).Message, StringComparison.Ordinal);
        CharsMap map = CharsMap.Parse(CharsMapBytes.Make(("a", "x")))!;
        Assert.Equal(0, map.Match("\0a", out _));
        Assert.Equal(1, map.Match("a\0", out _));
    }

    [Fact]
    public void A_map_whose_keys_share_their_tails_without_end_is_refused_soon()
    {
        // Every unit leads to the same block, which is a child by every byte.
        byte[] blob = new byte[4 + (4 << 20) + 1];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(blob, 4 << 20);
        Random random = new(5);
        for (int i = 0; i < 1 << 20; i++)
        {
            uint label = (uint)i & 0xFF, target = (uint)random.Next(1, 1 << 12) << 8;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(4 + i * 4), label | (((uint)i ^ label ^ target) & 0x1FFFFF) << 10);
        }
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Throws<FormatException>(() => CharsMap.Parse(blob));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Soon);
    }

    [Fact]
    public void A_replacement_has_a_longest_length() =>
        Assert.Contains("256 bytes", Assert.Throws<FormatException>(
            () => CharsMap.Parse(CharsMapBytes.Make(("a", new string('b', 100_000))))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"added_tokens_decoder":{"\udc00":{"content":"x"}}}""")]
    [InlineData("""{"mask_token":{"\ud800":true}}""")]
    [InlineData("""{"mask_token":"\ud800"}""")]
    public void Half_a_surrogate_pair_in_settings_is_refused(string json) =>
        Assert.Contains("tokenizer_config.json", Refusal(json).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"post_processor":{"type":"TemplateProcessing","special_tokens":{"\ud800":{}}}}""")]
    [InlineData("""{"model":{"\ud800":{}}}""")]
    [InlineData("""{"normalizer":{"type":"\ud800"}}""")]
    [InlineData("""{"added_tokens":[{"content":"\ud800"}]}""")]
    public void Half_a_surrogate_pair_in_a_tokenizer_is_refused(string json) =>
        Assert.NotNull(HostileJson.Load(System.Text.Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Messages_show_no_control_characters_and_end()
    {
        foreach (string name in (string[])["\\u001b[31mred", "\\u0007", "\\u202e", "\\u009b31m", "\\n\\r", "\\u2028"])
        {
            TokenizerFormatException[] errors =
            [
                HostileJson.Load(System.Text.Encoding.UTF8.GetBytes($"{{\"{name}\":1}}"))!,
                HostileJson.Load(new TokenizerFile { Normalizer = TokenizerFile.Simple(name) }.Utf8)!,
                Refusal($"{{\"added_tokens_decoder\":{{\"{name}\":1}}}}"),
                HostileModel.Load(SmallAlbert.Model(builder => builder.Piece("x\u001b[2J\u202Ey", -1).Piece("x\u001b[2J\u202Ey", -1)))!,
            ];
            Assert.All(errors, error => Assert.DoesNotContain(error.Message, c => char.IsControl(c) || c is '\u202E' or '\u2028'));
        }
        string endless = new('x', 400_000);
        Assert.InRange(Refusal($"{{\"added_tokens_decoder\":{{\"{endless}\":1}}}}").Message.Length, 100, 3000);
        Assert.Equal("a\\u001B\\u202E\\uD800 آ\u200Cب", new TokenizerFormatException("a\u001b\u202E\uD800 آ\u200Cب").Message);
    }

    private static Tokenizer Load(string config, TokenizerSemantics? semantics = null) => Tokenizer.FromSentencePiece(
        SmallAlbert.Model(), TokenizerSettings.Parse(System.Text.Encoding.UTF8.GetBytes(config)), new() { Semantics = semantics });

    private static TokenizerFormatException Refusal(string config) => Assert.Throws<TokenizerFormatException>(() => Load(config));
}
