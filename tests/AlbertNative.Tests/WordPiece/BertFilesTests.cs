using System.Text.Json.Nodes;
using AlbertNative.Tests.Fast;
using AlbertNative.Tokenization;
using TextEncoding = System.Text.Encoding;

namespace AlbertNative.Tests.WordPiece;

/// <summary>What is written beside a WordPiece tokenizer, so that transformers reads it as we do.</summary>
public sealed class BertFilesTests
{
    private const string Template =
        """{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}""";

    [Theory]
    [InlineData(true, "null", true, null)]
    [InlineData(false, "null", false, null)]
    [InlineData(false, "true", false, true)]
    [InlineData(true, "false", true, false)]
    public void The_configuration_says_what_the_normalizer_does(bool lower, string strip, bool lowerCase, bool? stripAccents)
    {
        JsonObject config = Export(File(lower, strip), """{"do_lower_case":true,"kept":1}""");
        Assert.Equal("BertTokenizer", (string?)config["tokenizer_class"]);
        Assert.Equal(lowerCase, (bool?)config["do_lower_case"]);
        Assert.Equal(stripAccents, (bool?)config["strip_accents"]);
        Assert.True((bool?)config["tokenize_chinese_chars"]);
        Assert.Equal(("[UNK]", "[SEP]", "[CLS]"), ((string?)config["unk_token"], (string?)config["sep_token"], (string?)config["cls_token"]));
        Assert.Equal(1, (int?)config["kept"]);
        Assert.Equal(3, config["model_input_names"]!.AsArray().Count);
    }

    [Fact]
    public void What_BertTokenizer_would_rebuild_otherwise_is_of_the_general_class()
    {
        TokenizerFile file = File(true, "null");
        TokenizerFile[] others =
        [
            file with { PreTokenizer = TokenizerFile.Simple("Whitespace") },
            file with { Normalizer = TokenizerFile.Simple("Lowercase") },
            file with { Model = file.Model.Replace("100", "20", StringComparison.Ordinal) },
            file with { Decoder = "null" },
            file with { PostProcessor = "null" },
        ];
        foreach (TokenizerFile other in others)
            Assert.Equal("PreTrainedTokenizerFast", (string?)Export(other, "{}")["tokenizer_class"]);
    }

    [Fact]
    public void A_vocabulary_alone_gets_its_class_and_case()
    {
        JsonObject config = Parse(BertFiles.ForTransformers(
            name => name == "vocab.txt" ? TextEncoding.UTF8.GetBytes("[UNK]\na") : null, "here"));
        Assert.Equal(("BertTokenizer", true), ((string?)config["tokenizer_class"], (bool?)config["do_lower_case"]));
        Assert.Equal("[MASK]", (string?)config["mask_token"]);
    }

    [Fact]
    public void Other_tokenizers_stay_as_they_are() =>
        Assert.Empty(BertFiles.ForTransformers(name => name == "tokenizer.json" ? new TokenizerFile().Utf8 : null, "here"));

    private static TokenizerFile File(bool lower, string strip) => new()
    {
        Normalizer =
            $$"""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":{{strip}},"lowercase":{{(lower ? "true" : "false")}}}""",
        PreTokenizer = TokenizerFile.Simple("BertPreTokenizer"),
        PostProcessor = Template,
        Decoder = """{"type":"WordPiece","prefix":"##","cleanup":true}""",
        Model =
            """
            {"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
             "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3}}
            """,
    };

    private static JsonObject Export(TokenizerFile file, string config) => Parse(BertFiles.ForTransformers(
        name => name switch
        {
            "tokenizer.json" => file.Utf8,
            "tokenizer_config.json" => TextEncoding.UTF8.GetBytes(config),
            _ => null,
        },
        "here"));

    private static JsonObject Parse(IReadOnlyDictionary<string, byte[]> files) =>
        JsonNode.Parse(Assert.Single(files, file => file.Key == "tokenizer_config.json").Value)!.AsObject();
}
