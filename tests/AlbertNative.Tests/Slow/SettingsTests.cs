using AlbertNative.Tests.SentencePiece;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Slow;

/// <summary>The JSON files beside a vocabulary.</summary>
public sealed class SettingsTests
{
    private const string Config = """
        {
          "tokenizer_class": "AlbertTokenizer", "do_lower_case": false, "remove_space": true, "keep_accents": null,
          "model_max_length": 512, "cls_token": "[C]", "unknown": {"nested": [1, 2, {"cls_token": "no"}]},
          "mask_token": {"content": "[M]", "lstrip": true, "normalized": false, "__type": "AddedToken"},
          "additional_special_tokens": ["<x>", {"content": "<y>", "rstrip": true}, null]
        }
        """;

    [Fact]
    public void The_configuration_is_read()
    {
        TokenizerSettings settings = Parse(Config);
        Assert.False(settings.LowerCase);
        Assert.True(settings.RemoveSpace);
        Assert.Null(settings.KeepAccents);
        Assert.Equal(512, settings.ModelMaxLength);
        Assert.Equal(new AddedToken("[C]") { Special = true }, settings.ClsToken);
        Assert.Equal(new AddedToken("[M]") { Special = true, LeftStrip = true }, settings.MaskToken);
        Assert.Null(settings.PadToken);
        Assert.Equal(
            [new AddedToken("<x>") { Special = true }, new AddedToken("<y>") { Special = true, RightStrip = true }],
            settings.AdditionalSpecialTokens);
    }

    [Theory]
    [InlineData("1e30")]
    [InlineData("1000000000000000019884624838656")]
    [InlineData("null")]
    [InlineData("0")]
    public void A_length_without_a_limit_is_none(string length) =>
        Assert.Null(Parse($$"""{"model_max_length": {{length}}}""").ModelMaxLength);

    [Fact]
    public void A_mask_given_as_text_takes_the_space_before_it()
    {
        Assert.True(Parse("""{"mask_token": "[M]"}""").MaskToken!.LeftStrip);
        Assert.False(Parse("""{"mask_token": {"content": "[M]"}}""").MaskToken!.LeftStrip);
    }

    [Fact]
    public void The_decoder_describes_every_token_and_the_older_files_are_not_read()
    {
        TokenizerSettings settings = Parse(
            """{"cls_token": "[C]", "added_tokens_decoder": {"3": {"content": "[C]", "lstrip": true, "special": true}, "7": {"content": "x"}}}""",
            """{"cls_token": "other"}""", """{"y": 9}""");
        Assert.Equal("[C]", settings.ClsToken!.Content);
        Assert.Equal([3, 7], settings.AddedTokens.Keys.Order());
        Assert.Equal(new AddedToken("[C]") { Special = true, LeftStrip = true }, settings.AddedTokens[3]);
        Assert.Equal(new AddedToken("x") { Normalized = true }, settings.AddedTokens[7]);
    }

    [Fact]
    public void Without_a_decoder_the_older_files_count()
    {
        TokenizerSettings settings = Parse("""{"cls_token": "[C]"}""", """{"cls_token": "[D]"}""", """{"y": 9, "[D]": 10}""");
        Assert.Equal("[D]", settings.ClsToken!.Content);
        Assert.Equal(new AddedToken("y") { Normalized = true }, settings.AddedTokens[9]);
        Assert.Equal(new AddedToken("[D]") { Special = true }, settings.AddedTokens[10]);
    }

    [Fact]
    public void The_decoder_says_how_a_role_is_found()
    {
        string decoder = string.Join(',', new[] { "<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]" }.Select(
            (content, id) => $$"""{{'"'}}{{id}}{{'"'}}: {"content": "{{content}}", "special": true}"""));
        Tokenizer tokenizer = SmallAlbert.Tokenizer(
            Parse($$"""{"mask_token": "[MASK]", "added_tokens_decoder": { {{decoder}} } }"""), change: m => m.Normalizer.Number(4, 0));
        Assert.Equal(4, tokenizer.MaskId);
        Assert.Equal(["_a", "[MASK]"], tokenizer.Tokens("a [MASK]"));
        Assert.Equal(SmallAlbert.Count, tokenizer.VocabularySize);
    }

    [Fact]
    public void The_caller_has_the_last_word()
    {
        TokenizerSettings settings = Parse("""{"do_lower_case": false}""");
        Assert.Equal(["_", "<unk>"], SmallAlbert.Tokenizer(settings).Tokens("A"));
        Assert.Equal(["_a"], SmallAlbert.Tokenizer(settings, new TokenizerOptions { LowerCase = true }).Tokens("A"));
    }

    [Theory]
    [InlineData("[]", "an object at the top")]
    [InlineData("{} {}", "")]
    [InlineData("{", "")]
    [InlineData("""{"do_lower_case": "yes"}""", "true or false as do_lower_case")]
    [InlineData("""{"model_max_length": "512"}""", "a number as model_max_length")]
    [InlineData("""{"cls_token": 7}""", "a string or an object as cls_token")]
    [InlineData("""{"cls_token": {"lstrip": true}}""", "a content in cls_token")]
    [InlineData("""{"cls_token": ""}""", "a content in cls_token")]
    [InlineData("""{"cls_token": {"content": 1}}""", "a string as the content of cls_token")]
    [InlineData("""{"cls_token": "\uD800"}""", "")]
    [InlineData("""{"additional_special_tokens": "x"}""", "a list as additional_special_tokens")]
    [InlineData("""{"added_tokens_decoder": []}""", "an object as added_tokens_decoder")]
    [InlineData("""{"added_tokens_decoder": {"x": {"content": "a"}}}""", "found 'x'")]
    [InlineData("""{"added_tokens_decoder": {"1": "a"}}""", "an object as added token 1")]
    public void A_damaged_configuration_is_refused(string json, string message)
    {
        var error = Assert.Throws<TokenizerFormatException>(() => Parse(json));
        Assert.Equal("tokenizer_config.json", error.Path);
        Assert.Contains(message, error.Message);
    }

    [Theory]
    [InlineData("""{"a": "b"}""")]
    [InlineData("""{"a": -1}""")]
    [InlineData("""{"": 1}""")]
    public void Damaged_added_tokens_are_refused(string json) =>
        Assert.Equal("added_tokens.json", Assert.Throws<TokenizerFormatException>(() => Parse("{}", "{}", json)).Path);

    [Fact]
    public void Flipped_bits_end_in_a_refusal_or_in_settings()
    {
        Random random = new(21);
        byte[] sound = System.Text.Encoding.UTF8.GetBytes(Config);
        for (int i = 0; i < 2000; i++)
        {
            byte[] json = sound[..random.Next(1, sound.Length + 1)];
            for (int flips = random.Next(4); flips > 0; flips--)
                json[random.Next(json.Length)] ^= (byte)(1 << random.Next(8));
            Exception? thrown = Record.Exception(() => TokenizerSettings.Parse(json));
            Assert.True(thrown is null or TokenizerFormatException, thrown?.ToString());
        }
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("""{"a":""", "}")]
    [InlineData("1,", "")]
    public void A_hostile_file_takes_memory_in_proportion(string open, string close)
    {
        byte[] json = System.Text.Encoding.UTF8.GetBytes(
            "{\"x\": [" + string.Concat(Enumerable.Repeat(open, 1_000_000)) + "1" + string.Concat(Enumerable.Repeat(close, 1_000_000)) + "]}");
        HostileModel.Run(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Record.Exception(() => TokenizerSettings.Parse(json));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4L * json.Length + (1 << 20));
        });
    }

    [Fact]
    public void A_directory_is_read()
    {
        string directory = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Assert.Throws<FileNotFoundException>(() => Tokenizer.Load(directory));
            File.WriteAllBytes(Path.Combine(directory, "spiece.model"), SmallAlbert.Model());
            Assert.Equal(["_a"], Tokenizer.Load(directory).Tokens("A"));
            File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), """{"do_lower_case": false, "model_max_length": 7}""");
            Tokenizer tokenizer = Tokenizer.Load(directory);
            Assert.Equal(["_", "<unk>"], tokenizer.Tokens("A"));
            Assert.Equal(7, tokenizer.ModelMaxLength);
            Assert.Equal(TokenizerSemantics.Slow, tokenizer.Semantics);
            Assert.Equal(["_a"], Tokenizer.Load(Path.Combine(directory, "spiece.model")).Tokens("A"));
            File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), "{");
            Assert.EndsWith("tokenizer_config.json", Assert.Throws<TokenizerFormatException>(() => Tokenizer.Load(directory)).Path);
            Assert.ThrowsAny<IOException>(() => Tokenizer.Load(Path.Combine(directory, "none.model")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static TokenizerSettings Parse(string config, string map = "", string added = "") => TokenizerSettings.Parse(
        System.Text.Encoding.UTF8.GetBytes(config), System.Text.Encoding.UTF8.GetBytes(map), System.Text.Encoding.UTF8.GetBytes(added));
}
