using System.Text.Json;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Slow;

/// <summary>The files that make transformers give the slow tokenizer's ids: their structure, and what our fast one makes of them.</summary>
public sealed class TokenizerExportTests
{
    [Fact]
    public void Only_the_special_tokens_are_added_tokens()
    {
        byte[] model = SmallAlbert.Model(builder => builder.Piece("-", 0, Tokenization.SentencePiece.PieceType.UserDefined));
        using JsonDocument document = JsonDocument.Parse(TokenizerExport.TokenizerJson(model));
        JsonElement json = document.RootElement;
        Assert.Equal(
            ["version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"],
            json.EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"],
            json.GetProperty("added_tokens").EnumerateArray().Select(token => token.GetProperty("content").GetString()));
        Assert.Equal(
            [false, false, false, false, true],
            json.GetProperty("added_tokens").EnumerateArray().Select(token => token.GetProperty("lstrip").GetBoolean()));
        Assert.Equal(
            ["Replace", "Replace", "NFKD", "StripAccents", "Lowercase"],
            json.GetProperty("normalizer").GetProperty("normalizers").EnumerateArray().Select(step => step.GetProperty("type").GetString()));
        JsonElement.ArrayEnumerator pieces = json.GetProperty("model").GetProperty("vocab").EnumerateArray();
        Assert.Equal(SmallAlbert.Count + 1, pieces.Count());
        // As SentencePiece scores it, but for what FLT_MIN adds.
        Assert.Equal(-0.1, pieces.Last()[1].GetDouble(), 12);
        Assert.InRange(pieces.Single(piece => piece[0].GetString() == "\u25819,")[1].GetDouble(), -200, -100);
    }

    [Fact]
    public void Our_fast_tokenizer_reads_it_and_gives_the_slow_ids()
    {
        byte[] model = SmallAlbert.Model();
        Tokenizer slow = Tokenizer.FromSentencePiece(model), fast = Tokenizer.FromTokenizerJson(TokenizerExport.TokenizerJson(model));
        foreach (string text in (string[])["", " ", "the a  b", "a[MASK] b <unk>", "9,9 9,", "``a''", "À b\u00A0c\td", "AB \u0301", "xyz"])
            Assert.Equal(slow.Encode(text).Ids, fast.Encode(text).Ids);
        Assert.Equal(slow.Encode("a", "b").TokenTypeIds, fast.Encode("a", "b").TokenTypeIds);
        Assert.Equal(slow.VocabularySize, fast.VocabularySize);
    }

    [Fact]
    public void Settings_are_kept_and_token_types_asked_for()
    {
        byte[] existing = """{"keep_accents": true, "mask_token": {"content": "[MASK]", "lstrip": true}, "x": [1, {"y": null}]}"""u8.ToArray();
        byte[] config = TokenizerExport.TokenizerConfig(existing);
        using JsonDocument document = JsonDocument.Parse(config);
        JsonElement json = document.RootElement;
        Assert.True(json.GetProperty("keep_accents").GetBoolean());
        Assert.True(json.GetProperty("do_lower_case").GetBoolean());
        Assert.Equal("AlbertTokenizer", json.GetProperty("tokenizer_class").GetString());
        Assert.Equal(
            ["input_ids", "token_type_ids", "attention_mask"],
            json.GetProperty("model_input_names").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(2, json.GetProperty("x").GetArrayLength());
        Assert.Equal(config, TokenizerExport.TokenizerConfig(config));
        Assert.Throws<TokenizerFormatException>(() => TokenizerExport.TokenizerConfig("[]"u8.ToArray()));
    }

    [Fact]
    public void A_directory_with_the_derived_file_stays_slow_unless_it_is_asked_for()
    {
        Dictionary<string, byte[]> files = new()
        {
            ["spiece.model"] = SmallAlbert.Model(),
            ["tokenizer.json"] = TokenizerExport.TokenizerJson(SmallAlbert.Model()),
            ["tokenizer_config.json"] = TokenizerExport.TokenizerConfig(),
        };
        Tokenizer Load(TokenizerSemantics? semantics) => Tokenizer.Load(files.GetValueOrDefault!, "here", new() { Semantics = semantics });
        Assert.Equal(TokenizerSemantics.Slow, Load(null).Semantics);
        Assert.Equal(TokenizerSemantics.Fast, Load(TokenizerSemantics.Fast).Semantics);
        Assert.Equal(TokenizerSemantics.Transformers5, Load(TokenizerSemantics.Transformers5).Semantics);
        files.Remove("spiece.model");
        Assert.Equal(TokenizerSemantics.Fast, Load(null).Semantics);
    }

    [Fact]
    public void What_the_file_cannot_say_is_refused() => Assert.Contains(
        "treat_whitespace_as_suffix",
        Assert.Throws<TokenizerFormatException>(() => TokenizerExport.TokenizerJson(
            File.ReadAllBytes(Path.Combine(Testing.SharedFolder.Repository, "tests", "AlbertNative.Tests", "SentencePiece", "Data", "sp-suffix-1k.model")))).Message,
        StringComparison.Ordinal);
}
