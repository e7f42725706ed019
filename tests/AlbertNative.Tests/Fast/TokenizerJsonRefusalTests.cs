using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Fast;

/// <summary>Everything that is refused, each with what the message must name: the place and the thing.</summary>
public sealed class TokenizerJsonRefusalTests
{
    private const string Piece = """["<unk>",0]""";

    public static TheoryData<string, string, string> Normalizers => new()
    {
        { "Nmt", TokenizerFile.Simple("Nmt"), "normalizer: the normalizer 'Nmt' is not supported" },
        { "BertNormalizer without cleaning", """{"type":"BertNormalizer","lowercase":true}""", "normalizer: no 'clean_text'" },
        { "BertNormalizer with a number", """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":1}""", "normalizer.handle_chinese_chars: expected true or false" },
        { "nested", TokenizerFile.Sequence("normalizers", TokenizerFile.Simple("NFC"), TokenizerFile.Simple("ByteLevel")), "normalizer.normalizers[1]: the normalizer 'ByteLevel'" },
        { "no type", "{}", "normalizer: a normalizer without a type" },
        { "type is a number", """{"type":1}""", "a type that is not a string" },
        { "not an object", "3", "normalizer: expected an object, found a number" },
        { "unknown property", """{"type":"NFC","x":1}""", "normalizer.'x': unknown property" },
        { "property twice", """{"type":"NFC","type":"NFC"}""", "normalizer.type: a second time" },
        { "sequence without list", """{"type":"Sequence"}""", "no 'normalizers'" },
        { "sequence of null", """{"type":"Sequence","normalizers":null}""", "normalizer.normalizers: expected a list, found null" },
        { "too many", TokenizerFile.Sequence("normalizers", Enumerable.Repeat(TokenizerFile.Simple("NFC"), 300)), "more than 256" },
        { "replace without pattern", """{"type":"Replace","content":"a"}""", "no 'pattern'" },
        { "replace without content", """{"type":"Replace","pattern":{"String":"a"}}""", "no 'content'" },
        { "plain pattern", """{"type":"Replace","pattern":"a","content":"b"}""", "normalizer.pattern: expected an object, found a string" },
        { "two patterns", """{"type":"Replace","pattern":{"String":"a","Regex":"a"},"content":"b"}""", "either a 'String' or a 'Regex'" },
        { "no pattern", """{"type":"Replace","pattern":{},"content":"b"}""", "either a 'String' or a 'Regex'" },
        { "empty pattern", """{"type":"Replace","pattern":{"String":""},"content":"b"}""", "an empty pattern" },
        { "strip without sides", """{"type":"Strip","strip_left":true}""", "no 'strip_right'" },
        { "strip with a number", """{"type":"Strip","strip_left":1,"strip_right":true}""", "expected true or false, found a number" },
        { "prepend without text", """{"type":"Prepend"}""", "no 'prepend'" },
        { "precompiled without map", """{"type":"Precompiled"}""", "no 'precompiled_charsmap'" },
    };

    public static TheoryData<string> Regexes =>
    [
        ".", "[^a]", "\\\\w", "\\\\W", "\\\\b", "\\\\h", "\\\\S", "\\\\p{L}", "(?=a)", "(?i)a", "(?<n>a)", "a++", "a*+", "a?+", "a{2}+", "a{,2}",
        "a{", "{", "[a", "[a[b]]", "[a&&b]", "(a", "a)", "\\\\1", "\\\\", "\\\\uD83D", "😀", "[😀]", "*", "[]a]",
    ];

    public static TheoryData<string, string, string> PreTokenizers => new()
    {
        { "ByteLevel", TokenizerFile.Simple("ByteLevel"), "pre_tokenizer: the pre-tokenizer 'ByteLevel' is not supported" },
        { "nested", TokenizerFile.Sequence("pretokenizers", TokenizerFile.Simple("UnicodeScripts")), "pre_tokenizer.pretokenizers[0]: the pre-tokenizer 'UnicodeScripts'" },
        { "Digits without a kind", TokenizerFile.Simple("Digits"), "pre_tokenizer: no 'individual_digits'" },
        { "Punctuation of another behaviour", """{"type":"Punctuation","behavior":"Doubled"}""", "pre_tokenizer.behavior: expected Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous, found 'Doubled'" },
        { "BertPreTokenizer with options", """{"type":"BertPreTokenizer","behavior":"Isolated"}""", "pre_tokenizer.'behavior': unknown property" },
        { "no type", "{}", "without a type" },
        { "a list", "[]", "pre_tokenizer: expected an object, found a list" },
        { "too many", TokenizerFile.Sequence("pretokenizers", Enumerable.Repeat(TokenizerFile.Simple("WhitespaceSplit"), 65)), "more than 64" },
        { "no replacement", """{"type":"Metaspace"}""", "no 'replacement'" },
        { "long replacement", """{"type":"Metaspace","replacement":"ab"}""", "expected one character" },
        { "astral replacement", """{"type":"Metaspace","replacement":"😀"}""", "expected one character" },
        { "scheme", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"last"}""", "pre_tokenizer.prepend_scheme: expected always, first or never, found 'last'" },
        { "contradiction", """{"type":"Metaspace","replacement":"▁","add_prefix_space":false}""", "contradicts" },
        { "unknown property", """{"type":"Metaspace","replacement":"▁","more":1}""", "pre_tokenizer.'more'" },
    };

    public static TheoryData<string, string, string> Models => new()
    {
        { "BPE", """{"type":"BPE","vocab":{},"merges":[]}""", "model: the model 'BPE' is not supported" },
        { "WordPiece without unknown", """{"type":"WordPiece","vocab":{}}""", "model: no 'unk_token'" },
        { "WordPiece with an unknown that is no token", WordPiece("""{"a":0}"""), "model.vocab: the unknown token '[UNK]' is not in it" },
        { "WordPiece of a list", WordPiece("""["[UNK]"]"""), "model.vocab: expected an object, found a list" },
        { "WordPiece with a negative id", WordPiece("""{"[UNK]":-1}"""), "expected a whole number" },
        { "WordPiece with a huge id", WordPiece("""{"[UNK]":0,"a":2147483647}"""), "model.vocab: an id 2147483647 in a vocabulary of 2" },
        { "WordPiece with an id twice", WordPiece("""{"[UNK]":0,"a":0}"""), "a second token with the id 0" },
        { "WordPiece with a token twice", WordPiece("""{"[UNK]":0,"a":1,"a":2}"""), "model.vocab: 3 tokens, of which 1 are there already" },
        { "WordPiece with an empty token twice", WordPiece("""{"[UNK]":0,"":1,"":2}"""), "model.vocab: 3 tokens, of which 1 are there already" },
        { "WordPiece with a lone surrogate", WordPiece("""{"[UNK]":0,"\uD83D":1}"""), "" },
        { "WordPiece of endless words", WordPiece("""{"[UNK]":0}""", "5000"), "model.max_input_chars_per_word: words of 5000 characters" },
        { "WordPiece without a type", """{"continuing_subword_prefix":"##","vocab":{}}""", "model: no 'unk_token'" },
        { "no vocabulary", """{"type":"Unigram","unk_id":0}""", "model: no 'vocab'" },
        { "no unknown", $$"""{"type":"Unigram","vocab":[{{Piece}}]}""", "model: no 'unk_id'" },
        { "unknown is null", $$"""{"type":"Unigram","unk_id":null,"vocab":[{{Piece}}]}""", "without an unknown token" },
        { "unknown outside", $$"""{"type":"Unigram","unk_id":1,"vocab":[{{Piece}}]}""", "1 is not in a vocabulary of 1" },
        { "negative unknown", $$"""{"type":"Unigram","unk_id":-1,"vocab":[{{Piece}}]}""", "model.unk_id: expected a whole number" },
        { "unknown is a fraction", $$"""{"type":"Unigram","unk_id":0.5,"vocab":[{{Piece}}]}""", "expected a whole number" },
        { "empty", """{"type":"Unigram","unk_id":0,"vocab":[]}""", "not in a vocabulary of 0" },
        { "only empty pieces", """{"type":"Unigram","unk_id":0,"vocab":[["",0]]}""", "the vocabulary has no text" },
        { "vocabulary is an object", """{"type":"Unigram","unk_id":0,"vocab":{"a":1}}""", "model.vocab: expected a list of [piece, score], found an object" },
        { "piece alone", """{"type":"Unigram","unk_id":0,"vocab":[["a",0],["b"]]}""", "model.vocab[1]: expected a piece and its score" },
        { "piece is a number", """{"type":"Unigram","unk_id":0,"vocab":[[1,1]]}""", "model.vocab[0][0]: expected a string, found a number" },
        { "score is a string", """{"type":"Unigram","unk_id":0,"vocab":[["a","b"]]}""", "model.vocab[0][1]: expected a number, found a string" },
        { "score is huge", """{"type":"Unigram","unk_id":0,"vocab":[["a",1e999]]}""", "out of range" },
        { "three of a pair", """{"type":"Unigram","unk_id":0,"vocab":[["a",1,2]]}""", "more than a piece and its score" },
        { "lone surrogate", """{"type":"Unigram","unk_id":0,"vocab":[["\uD83D",1]]}""", "" },
        { "byte_fallback", $$"""{"type":"Unigram","unk_id":0,"vocab":[{{Piece}}],"byte_fallback":1}""", "model.byte_fallback: expected true or false" },
        { "vocabulary twice", $$"""{"unk_id":0,"vocab":[{{Piece}}],"vocab":[{{Piece}}]}""", "model.vocab: a second time" },
        { "null", "null", "model: expected an object, found null" },
    };

    public static TheoryData<string, string, string> AddedTokens => new()
    {
        { "other id", $"[{TokenizerFile.Added(9, "[MASK]")}]", "'[MASK]' has the id 9, its place gives 4" },
        { "gap", $"[{TokenizerFile.Added(14, "zap")}]", "'zap' has the id 14, its place gives 13" },
        { "twice", $"[{TokenizerFile.Added(13, "zap")},{TokenizerFile.Added(13, "zap")}]", "added_tokens[1]: the added token 'zap' a second time" },
        { "no content", $"[{TokenizerFile.Added(13, "")}]", "without content" },
        { "missing flag", """[{"id":13,"content":"zap"}]""", "added_tokens[0]: no 'single_word'" },
        { "negative id", """[{"id":-1}]""", "added_tokens[0].id: expected a whole number" },
        { "an object", "{}", "added_tokens: expected a list, found an object" },
    };

    public static TheoryData<string, string, string> PostProcessors => new()
    {
        { "RobertaProcessing", """{"type":"RobertaProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}""", "post_processor: the post-processor 'RobertaProcessing' is not supported" },
        { "BertProcessing without cls", """{"type":"BertProcessing","sep":["[SEP]",3]}""", "post_processor: no 'cls'" },
        { "BertProcessing with another id", """{"type":"BertProcessing","sep":["[SEP]",4],"cls":["[CLS]",2]}""", "the token '[SEP]' has the id 4, the vocabulary's is 3" },
        { "BertProcessing with one token and two ids", """{"type":"BertProcessing","sep":["[SEP]",4],"cls":["[SEP]",3]}""", "post_processor.cls" },
        { "BertProcessing without an id", """{"type":"BertProcessing","sep":["[SEP]"]}""", "post_processor.sep: expected a token and its id" },
        { "BertProcessing with more", """{"type":"BertProcessing","sep":["[SEP]",3,3]}""", "post_processor.sep[2]: more than a token and its id" },
        { "Sequence", """{"type":"Sequence","processors":[]}""", "'Sequence' is not supported" },
        { "no sequence", TokenizerFile.Template.Replace("\"A\"", "\"B\"", StringComparison.Ordinal), "the template 'single' must have the sequences A once each, it has B" },
        { "unknown sequence", TokenizerFile.Template.Replace("\"id\":\"B\"", "\"id\":\"C\"", StringComparison.Ordinal), "the sequence 'C'" },
        { "no such token", TokenizerFile.Template.Replace("{\"id\":\"[SEP]\",\"type_id\":1}", "{\"id\":\"[EOS]\",\"type_id\":1}", StringComparison.Ordinal), "'[EOS]', which 'special_tokens' lacks" },
        { "other id", TokenizerFile.Template.Replace("\"ids\":[3]", "\"ids\":[5]", StringComparison.Ordinal), "the token '[SEP]' has the id 5, the vocabulary's is 3" },
        { "not the key", TokenizerFile.Template.Replace("\"[SEP]\":{\"id\":\"[SEP]\"", "\"[SEP]\":{\"id\":\"[CLS]\"", StringComparison.Ordinal), "not that of its key '[SEP]'" },
        { "two ids", TokenizerFile.Template.Replace("\"ids\":[3]", "\"ids\":[3,3]", StringComparison.Ordinal), "2 ids for 1 tokens" },
        { "no type_id", TokenizerFile.Template.Replace("\"id\":\"B\",\"type_id\":1", "\"id\":\"B\"", StringComparison.Ordinal), "post_processor.pair[3].Sequence: no 'type_id'" },
        { "no pair", """{"type":"TemplateProcessing","single":[],"special_tokens":{}}""", "no 'pair'" },
    };

    public static TheoryData<string, string, string, string> Sections => new()
    {
        { "version", "\"2.0\"", "version: expected 1.0, found '2.0'", "" },
        { "version", "1.0", "version: expected a string, found a number", "" },
        { "truncation", """{"max_length":8,"strategy":"LongestFirst"}""", "truncation: no 'stride'", "" },
        { "truncation", """{"max_length":8,"strategy":"Random","stride":0}""", "truncation.strategy: expected LongestFirst, OnlyFirst or OnlySecond, found 'Random'", "" },
        { "truncation", """{"direction":"Up","max_length":8,"strategy":"OnlyFirst","stride":0}""", "expected Left or Right, found 'Up'", "" },
        { "truncation", """{"max_length":-8,"strategy":"OnlyFirst","stride":0}""", "expected a whole number", "" },
        { "padding", """{"strategy":"Longest"}""", "padding.strategy: expected BatchLongest or Fixed, found 'Longest'", "" },
        { "padding", """{"strategy":{"Fixed":8}}""", "padding: no 'direction'", "" },
        { "padding", """{"strategy":{}}""", "no 'Fixed'", "" },
        { "decoder", """{"type":"ByteLevel"}""", "decoder: the decoder 'ByteLevel' is not supported", "" },
        { "decoder", """{"type":"Sequence","decoders":[]}""", "'Sequence'", "" },
        { "decoder", "{}", "decoder: ", "" },
        { "decoder", """{"type":"WordPiece","prefix":"##"}""", "decoder: no 'cleanup'", "" },
        { "more", "1", "'more': unknown property", "" },
        { "version", "\"1.0\",\"version\":\"1.0\"", "version: a second time", "" },
    };

    public static TheoryData<string, string> Files => new()
    {
        { "", "" },
        { " ", "" },
        { "null", "expected an object, found null" },
        { "[]", "expected an object, found a list" },
        { "{}", "no 'model'" },
        { "{", "" },
        { new TokenizerFile().Text + "{}", "" },
        { new TokenizerFile().Text + "x", "" },
        { "\uFEFF" + new TokenizerFile().Text, "" },
        { new TokenizerFile().Text.Replace("null", "nul", StringComparison.Ordinal), "" },
        { "// a comment\n" + new TokenizerFile().Text, "" },
        { string.Concat(Enumerable.Repeat("""{"normalizer":{"type":"Sequence","normalizers":[""", 1)) + string.Concat(Enumerable.Repeat("""{"type":"Sequence","normalizers":[""", 500)), "" },
    };

    private static string WordPiece(string vocabulary, string longest = "100") =>
        $$"""
        {"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":{{longest}},"vocab":{{vocabulary}}}
        """;

    [Theory]
    [MemberData(nameof(Normalizers))]
    public void A_normalizer(string what, string json, string expected) =>
        Refused(new TokenizerFile { Normalizer = json }, expected, what);

    [Theory]
    [MemberData(nameof(Regexes))]
    public void A_regular_expression_that_engines_read_differently(string pattern) => Refused(
        new TokenizerFile { Normalizer = $$"""{"type":"Replace","pattern":{"Regex":"{{pattern}}"},"content":"b"}""" },
        "normalizer: the regular expression", pattern);

    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void A_pre_tokenizer(string what, string json, string expected) =>
        Refused(new TokenizerFile { PreTokenizer = json }, expected, what);

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model(string what, string json, string expected) => Refused(new TokenizerFile { Model = json }, expected, what);

    [Theory]
    [MemberData(nameof(AddedTokens))]
    public void Added_tokens(string what, string json, string expected) =>
        Refused(new TokenizerFile { AddedTokens = json }, expected, what);

    [Theory]
    [MemberData(nameof(PostProcessors))]
    public void A_post_processor(string what, string json, string expected) =>
        Refused(new TokenizerFile { PostProcessor = json }, expected, what);

    [Theory]
    [MemberData(nameof(Sections))]
    public void A_section(string name, string json, string expected, string model) => Refused(
        $$"""{"{{name}}":{{json}},"model":{"type":"Unigram","unk_id":0,"vocab":[{{Piece}}]}{{model}}}""", expected, name);

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file(string json, string expected) => Refused(json, expected, json);

    [Fact]
    public void An_added_token_that_normalizes_to_nothing() => Refused(
        new TokenizerFile
        {
            AddedTokens = $"[{TokenizerFile.Added(13, "\u0301", "normalized")}]",
            Normalizer = TokenizerFile.Simple("StripAccents"),
        },
        "which has none of it",
        "added token");

    [Fact]
    public void Overrides_of_what_the_file_fixes()
    {
        byte[] json = new TokenizerFile().Utf8;
        foreach (TokenizerOptions options in (TokenizerOptions[])[new() { LowerCase = true }, new() { KeepAccents = true }, new() { RemoveSpace = true }])
            Assert.Throws<ArgumentException>(() => Tokenizer.FromTokenizerJson(json, null, options));
        Assert.Throws<TokenizerFormatException>(
            () => Tokenizer.FromTokenizerJson(json, null, new TokenizerOptions { Semantics = TokenizerSemantics.Slow }));
    }

    [Fact]
    public void The_message_names_the_file()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".json");
        File.WriteAllText(path, "{}");
        try
        {
            TokenizerFormatException error = Assert.Throws<TokenizerFormatException>(() => Tokenizer.Load(path));
            Assert.Equal(path, error.Path);
            Assert.StartsWith(path, error.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Refused(TokenizerFile file, string expected, string what) => Refused(file.Text, expected, what);

    private static void Refused(string json, string expected, string what)
    {
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(json);
        TokenizerFormatException? error = HostileJson.Load(utf8);
        Assert.True(error is not null, $"{what} was taken");
        Assert.Contains(expected, error.Message);
    }
}
