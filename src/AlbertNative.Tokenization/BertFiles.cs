using System.Text.Json;
using System.Text.Json.Nodes;
using AlbertNative.Tokenization.Fast;
using AlbertNative.Tokenization.Fast.Decoders;
using AlbertNative.Tokenization.Fast.Models;
using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.Fast.PreTokenizers;
using AlbertNative.Tokenization.Fast.Reading;
using AlbertNative.Tokenization.WordPiece;

namespace AlbertNative.Tokenization;

/// <summary>Files of a WordPiece tokenizer from which transformers 4.57 and 5.24 give its own ids.</summary>
/// <remarks>
/// Where a directory's class is <c>BertTokenizer</c>, transformers 5 takes only the vocabulary, added tokens and template of a
/// <c>tokenizer.json</c>, and the rest from <c>tokenizer_config.json</c>, whose defaults are those of an uncased model. So the
/// configuration must say what the file does; a file that does what BertTokenizer cannot is one of <c>PreTrainedTokenizerFast</c>,
/// which takes it as it stands.
/// </remarks>
public static class BertFiles
{
    private const string Config = "tokenizer_config.json";

    /// <summary>The files that have to be other than they are, by name; none where the tokenizer is no WordPiece.</summary>
    /// <param name="files">A file's content by its name, null where there is none.</param>
    /// <param name="source">What errors call the place.</param>
    /// <exception cref="TokenizerFormatException">A file is malformed or asks for something unsupported.</exception>
    public static IReadOnlyDictionary<string, byte[]> ForTransformers(Func<string, byte[]?> files, string source)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(source);
        TokenizerSettings settings = TokenizerSettingsReader.Load(files, source);
        JsonObject config = ReadConfig(files(Config), Path.Combine(source, Config));
        if (files(TokenizerLoader.FastFile) is byte[] tokenizer)
        {
            FastPipeline pipeline = TokenizerJsonReader.Read(tokenizer, Path.Combine(source, TokenizerLoader.FastFile));
            if (pipeline.Model is not WordPieceModel model)
                return new Dictionary<string, byte[]>();
            Describe(config, pipeline, model);
        }
        else if (files(VocabularyFile.Name) is not null && (BertSettings.IsNamed(settings) || files(TokenizerLoader.SlowFile) is null))
        {
            BertSettings bert = BertSettings.Of(settings, new TokenizerOptions());
            Describe(config, bert.LowerCase, bert.StripAccents, bert.HandleChineseCharacters);
        }
        else
            return new Dictionary<string, byte[]>();
        NameTokens(config, Tokenizer.Load(files, source));
        config["model_input_names"] ??= new JsonArray("input_ids", "token_type_ids", "attention_mask");
        return new Dictionary<string, byte[]> { [Config] = Write(config) };
    }

    private static JsonObject ReadConfig(byte[]? json, string source)
    {
        if (json is null)
            return [];
        try
        {
            JsonObject config = JsonNode.Parse(json)!.AsObject();
            // Names that occur twice are found out when first asked for.
            _ = config.Count;
            return config;
        }
        catch (ArgumentException e)
        {
            throw new TokenizerFormatException(source, e.Message, e);
        }
    }

    private static void Describe(JsonObject config, FastPipeline pipeline, WordPieceModel model)
    {
        bool isBert = model is { Prefix: WordPieceModel.DefaultPrefix, LongestWord: WordPieceModel.DefaultLongestWord }
            && pipeline.PreTokenizers is [BertPreTokenizer]
            && pipeline.Decoder is WordPieceDecoder { Prefix: WordPieceModel.DefaultPrefix, CleansUp: true }
            && pipeline.Template.SpecialCount(pair: false) > 0;
        if (isBert && pipeline.Normalizers is [BertNormalizer { Options: { CleanText: true } options }])
            Describe(config, options.Lowercase, options.StripAccents, options.HandleChineseChars);
        else
            config["tokenizer_class"] = "PreTrainedTokenizerFast";
    }

    private static void Describe(JsonObject config, bool lowerCase, bool stripAccents, bool handlesChinese)
    {
        config["tokenizer_class"] = "BertTokenizer";
        config["do_lower_case"] = lowerCase;
        config["strip_accents"] = stripAccents == lowerCase ? null : stripAccents;
        config["tokenize_chinese_chars"] = handlesChinese;
    }

    private static byte[] Write(JsonObject config)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true }))
            config.WriteTo(writer);
        return stream.ToArray();
    }

    /// <summary>Names the tokens that have a role and are not named.</summary>
    private static void NameTokens(JsonObject config, Tokenizer tokenizer)
    {
        (string Name, int Id)[] roles =
        [
            ("unk_token", tokenizer.UnknownId), ("sep_token", tokenizer.SepId), ("pad_token", tokenizer.PadId),
            ("cls_token", tokenizer.ClsId), ("mask_token", tokenizer.MaskId),
        ];
        foreach ((string name, int id) in roles)
        {
            if (id >= 0)
                config[name] ??= tokenizer.IdToToken(id);
        }
    }
}
