using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using AlbertNative.Tokenization.Slow;

namespace AlbertNative.Tokenization;

/// <summary>
/// Writes the files that make transformers, from 4.57 to 5, give the ids of the slow tokenizer over a
/// <c>spiece.model</c>. From that file alone these versions build another tokenizer: pieces that the user defined cut
/// the text before it is segmented.
/// </summary>
public static class TokenizerExport
{
    /// <summary>
    /// A <c>tokenizer.json</c> of a SentencePiece model: its pieces with their scores, the steps of ALBERT's
    /// normalization, and as added tokens only those that the slow tokenizer has.
    /// </summary>
    /// <param name="spieceModel">The content of <c>spiece.model</c>.</param>
    /// <param name="settings">What its directory says beside it; null for nothing.</param>
    /// <exception cref="TokenizerFormatException">The model is malformed, or has a rule that the file cannot express.</exception>
    public static byte[] TokenizerJson(ReadOnlyMemory<byte> spieceModel, TokenizerSettings? settings = null)
    {
        SentencePieceModel model = SentencePieceModel.Parse(spieceModel.Span);
        SlowTextEncoder encoder = new(model, settings ?? TokenizerSettings.Default, new TokenizerOptions());
        return TokenizerJsonWriter.Write(model, encoder);
    }

    /// <summary>
    /// A <c>tokenizer_config.json</c> that goes with <see cref="TokenizerJson"/>: the one that there is, and what it
    /// leaves out of class, normalization and inputs. transformers 5 gives the model no token types unless
    /// <c>model_input_names</c> asks for them.
    /// </summary>
    /// <param name="existing">The content of the present file, empty where there is none.</param>
    /// <exception cref="TokenizerFormatException">The present file is malformed.</exception>
    public static byte[] TokenizerConfig(ReadOnlyMemory<byte> existing = default)
    {
        // Read for what it says, and checked.
        TokenizerSettings settings = TokenizerSettings.Parse(existing);
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter json = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true }))
        {
            json.WriteStartObject();
            if (!existing.IsEmpty)
                CopyOthers(existing, json);
            json.WriteBoolean("do_lower_case", settings.LowerCase ?? true);
            json.WriteBoolean("keep_accents", settings.KeepAccents ?? false);
            json.WriteString("tokenizer_class", settings.TokenizerClass ?? "AlbertTokenizer");
            json.WriteStartArray("model_input_names");
            foreach (string name in settings.ModelInputNames is { Count: > 0 } names ? names : ["input_ids", "token_type_ids", "attention_mask"])
                json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteString(TokenizerSettings.DerivedFromName, TokenizerLoader.SlowFile);
            json.WriteEndObject();
        }
        return output.WrittenSpan.ToArray();
    }

    private static void CopyOthers(ReadOnlyMemory<byte> existing, Utf8JsonWriter json)
    {
        using JsonDocument document = JsonDocument.Parse(existing);
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            if (property.Name is not ("do_lower_case" or "keep_accents" or "tokenizer_class" or "model_input_names" or TokenizerSettings.DerivedFromName))
                property.WriteTo(json);
        }
    }
}
