using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.WordPiece;

/// <summary>BERT's tokenizer out of a directory or a <c>vocab.txt</c>, and the settings beside it.</summary>
public sealed class BertVocabularyTests : IDisposable
{
    private const string Vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\nA\né\nÉ\n日本\n日\n本\ne\nE\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{}", "A É 日本", "a e 日 本")]
    [InlineData("""{"do_lower_case":false}""", "A É 日本", "A É 日 本")]
    [InlineData("""{"do_lower_case":false,"strip_accents":true}""", "A É 日本", "A E 日 本")]
    [InlineData("""{"strip_accents":false}""", "A É 日本", "a é 日 本")]
    [InlineData("""{"tokenize_chinese_chars":false}""", "A É 日本", "a e 日本")]
    [InlineData("""{"mask_token":"[MASK]","tokenizer_class":"BertTokenizerFast"}""", "a [MASK]", "a [MASK]")]
    [InlineData("""{"unk_token":"[PAD]"}""", "x", "[PAD]")]
    public void The_settings_count(string config, string text, string expected)
    {
        Tokenizer tokenizer = Load(config);
        Assert.Equal(TokenizerSemantics.Fast, tokenizer.Semantics);
        Assert.Equal(expected.Split(' '), tokenizer.Encode(text, new EncodeOptions { AddSpecialTokens = false }).Tokens);
    }

    [Fact]
    public void A_mask_given_as_a_string_takes_no_space()
    {
        Encoding encoding = Load("""{"mask_token":"[MASK]"}""").Encode("a [MASK]");
        Assert.Equal(new TextSpan(2, 8), encoding.Spans[2]);
    }

    [Fact]
    public void Roles_and_templates_are_those_of_the_files()
    {
        Tokenizer tokenizer = Load("""{"cls_token":"a","model_max_length":16}""");
        Assert.Equal([5, 13, 3, 11, 3], tokenizer.Encode("É", "日").Ids);
        Assert.Equal((0, 1, 5, 3, 4), (tokenizer.PadId, tokenizer.UnknownId, tokenizer.ClsId, tokenizer.SepId, tokenizer.MaskId));
        Assert.Equal(16, tokenizer.ModelMaxLength);
    }

    [Fact]
    public void Added_tokens_follow_the_vocabulary()
    {
        Tokenizer tokenizer = Load("""{"added_tokens_decoder":{"15":{"content":"<e>","special":true},"4":{"content":"[MASK]","special":true}}}""");
        Assert.Equal([2, 5, 15, 5, 3], tokenizer.Encode("a<e>a").Ids);
        Assert.Contains(
            "'<e>' has the id 17, its place gives 15",
            Assert.Throws<TokenizerFormatException>(() => Load("""{"added_tokens_decoder":{"17":{"content":"<e>"}}}""")).Message);
    }

    [Theory]
    [InlineData(TokenizerSemantics.Fast)]
    [InlineData(TokenizerSemantics.Slow)]
    public void Of_several_blank_lines_the_last_counts(TokenizerSemantics semantics)
    {
        var tokenizer = Tokenizer.FromVocabulary(
            "[PAD]\n[UNK]\n[CLS]\n[SEP]\n\na\n\nb\nc\n"u8.ToArray(), options: new TokenizerOptions { Semantics = semantics });
        Assert.True(tokenizer.TryGetId("", out int id));
        Assert.Equal(6, id);
        // What the vocabulary lacks follows its different tokens, of which there are eight.
        Assert.Equal(8, tokenizer.MaskId);
    }

    [Theory]
    [InlineData("""{"tokenizer_class":"BertJapaneseTokenizer","word_tokenizer_type":"mecab"}""", "BertJapaneseTokenizer, which finds words by mecab")]
    [InlineData("""{"tokenizer_class":"MPNetTokenizerFast"}""", "MPNetTokenizerFast: not supported with a vocab.txt")]
    [InlineData("""{"unk_token":"<unk>"}""", "the unknown token '<unk>' is not in the vocabulary")]
    [InlineData("""{"never_split":"a"}""", "a list as never_split")]
    [InlineData("""{"never_split":[1]}""", "strings in never_split")]
    [InlineData("""{"strip_accents":1}""", "true or false as strip_accents")]
    [InlineData("""{"tokenizer_class":1}""", "a string as tokenizer_class")]
    public void What_is_not_BERT_is_refused_by_name(string config, string expected) =>
        Assert.Contains(expected, Assert.Throws<TokenizerFormatException>(() => Load(config)).Message);

    [Fact]
    public void A_file_alone_is_taken_without_its_neighbours()
    {
        Load("""{"do_lower_case":false}""");
        string file = Path.Combine(_folder.Path, "vocab.txt");
        Assert.Equal([2, 5, 3], Tokenizer.Load(file).Encode("A").Ids);
        Assert.Equal([2, 7, 3], Tokenizer.Load(file, new TokenizerOptions { LowerCase = false }).Encode("A").Ids);
        Assert.Throws<ArgumentException>(() => Tokenizer.Load(file, new TokenizerOptions { RemoveSpace = true }));
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_refused()
    {
        var error = Assert.Throws<TokenizerFormatException>(() => Tokenizer.FromVocabulary(new byte[] { (byte)'a', 0xFF }));
        Assert.Contains("not UTF-8", error.Message);
    }

    [Theory]
    [InlineData("BertTokenizer", "日")]
    [InlineData("AlbertTokenizer", "▁")]
    public void Of_two_vocabularies_the_class_chooses(string name, string expected)
    {
        _folder.Write("spiece.model", Slow.SmallAlbert.Model());
        Tokenizer tokenizer = Load($$"""{"tokenizer_class":"{{name}}"}""");
        Assert.Contains(expected, string.Concat(Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.IdToToken)));
    }

    private Tokenizer Load(string config)
    {
        _folder.Write("tokenizer_config.json", config);
        _folder.Write("vocab.txt", Vocabulary);
        return Tokenizer.Load(_folder.Path);
    }
}
