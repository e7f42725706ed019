using System.Text.Json;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Requests;
using AlbertNative.Tokenization;

namespace AlbertNative.Server.Dialects.Tei;

/// <summary><c>/tokenize</c> and <c>/decode</c>.</summary>
internal static class TeiTokens
{
    /// <summary>The tokens of each text, uncut, with their places in bytes of UTF-8.</summary>
    /// <exception cref="RequestException">The request is malformed.</exception>
    public static async Task<TeiAnswer> TokenizeAsync(RequestWork work, JsonElement body)
    {
        JsonElement inputs = JsonBody.Required(JsonBody.Object(body, "the body"), "inputs");
        string[] texts = Texts(inputs, work.Request.Options);
        bool special = JsonBody.OptionalFlag(body, "add_special_tokens", nullPasses: false) ?? true;
        string? promptName = JsonBody.OptionalText(body, "prompt_name");
        string prompt = TeiVectors.PromptOf(work.Model, promptName);
        for (int i = 0; i < texts.Length; i++)
            TeiLimits.RequireCharacters(texts[i], work.Model.MaxLength, texts.Length == 1 ? "inputs" : $"inputs[{i}]");

        string[] whole = Array.ConvertAll(texts, text => prompt + text);
        Encoding[] encodings = await work.TokenizeAsync(whole, special).ConfigureAwait(false);
        return json => json.WriteArray(whole.Zip(encodings), static (writer, text) => Write(writer, text.First, text.Second));
    }

    /// <summary>The text of ids; those that the vocabulary has not stand for nothing.</summary>
    /// <exception cref="RequestException">The request is malformed.</exception>
    public static async Task<TeiAnswer> DecodeAsync(RequestWork work, JsonElement body)
    {
        JsonElement ids = JsonBody.Required(JsonBody.Object(body, "the body"), "ids");
        bool skip = JsonBody.OptionalFlag(body, "skip_special_tokens", nullPasses: false) ?? true;
        if (ids.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType("ids", "an array of token ids, or of such arrays", ids);
        if (ids.GetArrayLength() == 0)
            throw TeiInput.Empty("ids");
        int[][] texts;
        if (ids[0].ValueKind == JsonValueKind.Array)
        {
            TeiLimits.RequireCount(ids.GetArrayLength(), work.Request.Options);
            texts = [.. ids.EnumerateArray().Select((text, i) => text.ValueKind == JsonValueKind.Array
                ? TeiInput.ReadIds(text, $"ids[{i}]")
                : throw JsonBody.WrongType($"ids[{i}]", "an array of token ids", text))];
        }
        else
        {
            texts = [TeiInput.ReadIds(ids, "ids")];
        }
        int known = work.Model.Model.Tokenizer.VocabularySize;
        string[] decoded = await work.DecodeAsync(Array.ConvertAll(texts, text => Array.FindAll(text, id => id < known)), skip).ConfigureAwait(false);
        return json => json.WriteArray(decoded, static (writer, text) => writer.WriteStringValue(text));
    }

    private static string[] Texts(JsonElement inputs, ServerOptions options)
    {
        if (inputs.ValueKind == JsonValueKind.String)
            return [TeiInput.TextIn(inputs, "inputs", options)];
        if (inputs.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType("inputs", "a string or an array of strings", inputs);
        if (inputs.GetArrayLength() == 0)
            throw TeiInput.Empty("inputs");
        TeiLimits.RequireCount(inputs.GetArrayLength(), options);
        return [.. inputs.EnumerateArray().Select((text, i) => TeiInput.TextIn(text, $"inputs[{i}]", options))];
    }

    private static void Write(Utf8JsonWriter json, string text, Encoding encoding)
    {
        TextUnits bytes = new(text, TextUnit.Utf8);
        json.WriteStartArray();
        for (int token = 0; token < encoding.Count; token++)
        {
            TextSpan span = encoding.Spans[token];
            bool special = encoding.IsSpecial(token);
            json.WriteStartObject();
            json.WriteNumber("id"u8, encoding.Ids[token]);
            json.WriteString("text"u8, special ? encoding.Tokens[token] : text.AsSpan(span.Start, span.Length));
            json.WriteBoolean("special"u8, special);
            if (special)
            {
                json.WriteNull("start"u8);
                json.WriteNull("stop"u8);
            }
            else
            {
                json.WriteNumber("start"u8, bytes[span.Start]);
                json.WriteNumber("stop"u8, bytes[span.End]);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
