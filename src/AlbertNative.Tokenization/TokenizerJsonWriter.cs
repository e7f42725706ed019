using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using AlbertNative.Tokenization.Fast;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Slow;

namespace AlbertNative.Tokenization;

/// <summary>Writes a slow tokenizer as a <c>tokenizer.json</c>.</summary>
internal static class TokenizerJsonWriter
{
    private const string Metaspace = "\u2581";

    /// <summary>The file's content.</summary>
    /// <exception cref="TokenizerFormatException">The model has a rule that the file cannot express.</exception>
    public static byte[] Write(SentencePieceModel model, SlowTextEncoder encoder)
    {
        Check(model.Proto);
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter json = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            WriteAddedTokens(json, encoder);
            WriteNormalizer(json, model, encoder);
            WritePreTokenizer(json);
            WriteTemplate(json, encoder);
            json.WriteStartObject("decoder");
            WriteMetaspace(json);
            WriteModel(json, model);
            json.WriteEndObject();
        }
        return output.WrittenSpan.ToArray();
    }

    private static void Check(ModelProto model)
    {
        (string Name, bool IsMet)[] rules =
        [
            ("add_dummy_prefix", model.Normalizer.AddDummyPrefix),
            ("remove_extra_whitespaces", model.Normalizer.RemoveExtraWhiteSpaces),
            ("escape_whitespaces", model.Normalizer.EscapeWhiteSpaces),
            ("treat_whitespace_as_suffix = false", !model.Trainer.WhiteSpaceAsSuffix),
        ];
        foreach ((string name, bool isMet) in rules)
        {
            if (!isMet)
                throw model.Error($"a tokenizer.json can only be made of a model with {name}");
        }
    }

    private static void WriteAddedTokens(Utf8JsonWriter json, SlowTextEncoder encoder)
    {
        json.WriteStartArray("added_tokens");
        foreach ((int id, AddedToken token) in encoder.AddedTokens.OrderBy(entry => entry.Key))
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", token.Content);
            json.WriteBoolean("single_word", token.SingleWord);
            json.WriteBoolean("lstrip", token.LeftStrip);
            json.WriteBoolean("rstrip", token.RightStrip);
            json.WriteBoolean("normalized", token.Normalized && !token.Special);
            json.WriteBoolean("special", token.Special);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteNormalizer(Utf8JsonWriter json, SentencePieceModel model, SlowTextEncoder encoder)
    {
        json.WriteStartObject("normalizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("normalizers");
        foreach (string quotes in (string[])["``", "''"])
        {
            WriteType(json, "Replace");
            json.WriteStartObject("pattern");
            json.WriteString("String", quotes);
            json.WriteEndObject();
            json.WriteString("content", "\"");
            json.WriteEndObject();
        }
        string[] steps = encoder.KeepsAccents ? [] : ["NFKD", "StripAccents"];
        foreach (string step in encoder.LowersCase ? [.. steps, "Lowercase"] : steps)
        {
            WriteType(json, step);
            json.WriteEndObject();
        }
        if (!model.Proto.Normalizer.PrecompiledCharsMap.IsEmpty)
        {
            WriteType(json, "Precompiled");
            // SentencePiece looks for user-defined pieces before it looks into the map.
            json.WriteBase64String(
                "precompiled_charsmap",
                CharsMap.Without(model.Proto.Normalizer.PrecompiledCharsMap.Span, model.Vocabulary.UserDefined()));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePreTokenizer(Utf8JsonWriter json)
    {
        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        WriteType(json, "WhitespaceSplit");
        json.WriteEndObject();
        json.WriteStartObject();
        WriteMetaspace(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMetaspace(Utf8JsonWriter json)
    {
        json.WriteString("type", "Metaspace");
        json.WriteString("replacement", Metaspace);
        json.WriteString("prepend_scheme", "always");
        json.WriteBoolean("split", true);
        json.WriteEndObject();
    }

    private static void WriteTemplate(Utf8JsonWriter json, SlowTextEncoder encoder)
    {
        json.WriteStartObject("post_processor");
        json.WriteString("type", "TemplateProcessing");
        WriteParts(json, "single", encoder.Template.Single, encoder);
        WriteParts(json, "pair", encoder.Template.Pair, encoder);
        json.WriteStartObject("special_tokens");
        foreach (int id in encoder.Template.Pair.Where(part => part.Kind == TemplatePartKind.Special).Select(part => part.Id).Distinct())
        {
            string token = encoder.IdToToken(id);
            json.WriteStartObject(token);
            json.WriteString("id", token);
            json.WriteStartArray("ids");
            json.WriteNumberValue(id);
            json.WriteEndArray();
            json.WriteStartArray("tokens");
            json.WriteStringValue(token);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteParts(Utf8JsonWriter json, string name, TemplatePart[] parts, SlowTextEncoder encoder)
    {
        json.WriteStartArray(name);
        foreach (TemplatePart part in parts)
        {
            bool isSpecial = part.Kind == TemplatePartKind.Special;
            json.WriteStartObject();
            json.WriteStartObject(isSpecial ? "SpecialToken" : "Sequence");
            json.WriteString("id", isSpecial ? encoder.IdToToken(part.Id) : part.Kind == TemplatePartKind.First ? "A" : "B");
            json.WriteNumber("type_id", part.TokenTypeId);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteModel(Utf8JsonWriter json, SentencePieceModel model)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "Unigram");
        json.WriteNumber("unk_id", model.UnknownId);
        json.WriteStartArray("vocab");
        for (int id = 0; id < model.VocabularySize; id++)
        {
            json.WriteStartArray();
            json.WriteStringValue(model.Proto.Utf8(id));
            json.WriteNumberValue(Score(model, id));
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteBoolean("byte_fallback", model.Vocabulary.ByteIds is not null);
        json.WriteEndObject();
    }

    /// <summary>
    /// What the piece counts in SentencePiece's search. One that is never produced from text has the lowest score there
    /// is: a lower one would also lower that of unknown characters, which follows from it.
    /// </summary>
    private static double Score(SentencePieceModel model, int id) => model.Vocabulary.Type(id) switch
    {
        PieceType.Normal or PieceType.UserDefined =>
            model.Vocabulary.Scores[id] - (PieceTokens.EndsWithDigitAndComma(model.Vocabulary.Text(id)) ? AlbertConversion.DigitCommaPenalty : 0),
        _ => model.Vocabulary.LowestScore,
    };

    private static void WriteType(Utf8JsonWriter json, string type)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
    }
}
