using System.Text.Json;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Requests;
using AlbertNative.Serving;

namespace AlbertNative.Server.Dialects.OpenAI;

/// <summary>
/// What requests in OpenAI's form have beside their texts: OpenAI's own fields, vLLM's and text-embeddings-inference's. A field that would
/// change a result and is not supported is refused by its name; names that say nothing of results are ignored, as by those servers.
/// </summary>
internal static class OpenAIFields
{
    private const string MostTokens = "truncate_prompt_tokens", Side = "truncation_side";

    /// <summary>How a request wants its vectors; its rank and its use of the cache are taken over.</summary>
    /// <exception cref="RequestException">A field is of the wrong type, cannot be met or is not supported.</exception>
    public static VectorTerms Vectors(RequestWork work, JsonElement body)
    {
        RefuseUnless(body, "add_special_tokens", "true");
        RefuseUnless(body, "embed_dtype", "float32");
        RefuseUnless(body, "endianness", "little", "native");
        RefuseUnless(body, "late_chunking", "false");
        RefuseUnless(body, "input_type");
        RefuseUnless(body, "task");
        Rank(work.Request, body);
        if (JsonBody.OptionalText(body, "cache_salt") is not null)
            work.Request.UsesCache = false; // the client wants no result that others could have asked for
        (Overlong longTexts, int? most) = LongTexts(work, body);
        return new(longTexts, PromptName: null, JsonBody.OptionalFlag(body, "normalize") ?? true, JsonBody.OptionalCount(body, "dimensions"), most);
    }

    /// <summary>Takes over vLLM's rank of a request: the smaller goes first, 0 is what its key says, and nobody ranks above his key.</summary>
    /// <exception cref="RequestException">It is no whole number.</exception>
    public static void Rank(ServerRequest request, JsonElement body)
    {
        if (JsonBody.Field(body, "priority") is not { ValueKind: not JsonValueKind.Null } value)
            return;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int rank))
            throw JsonBody.WrongType("priority", "a whole number", value);
        if (rank != 0)
            request.Priority = rank > 0 ? RequestPriority.Bulk : RequestPriority.Express;
    }

    /// <summary>Refuses a field that is not supported, but for values that say what is done anyway.</summary>
    /// <exception cref="RequestException">It has another value.</exception>
    public static void RefuseUnless(JsonElement body, string name, params ReadOnlySpan<string> harmless)
    {
        if (JsonBody.Field(body, name) is not { ValueKind: not JsonValueKind.Null } value)
            return;
        string? word = value.ValueKind switch
        {
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.String => JsonBody.Text(value, name),
            _ => null,
        };
        if (word is null || !harmless.Contains(word))
        {
            string others = harmless.IsEmpty ? "" : $", but for {string.Join(" and ", harmless.ToArray())}";
            throw new RequestException(ErrorKind.Invalid, $"`{name}` is not supported{others}", name);
        }
    }

    private static (Overlong LongTexts, int? Most) LongTexts(RequestWork work, JsonElement body)
    {
        Overlong asked = TeiTerms.LongTexts(body, work.Request.Options);
        int? most = null;
        if (JsonBody.Field(body, MostTokens) is { ValueKind: not JsonValueKind.Null } value)
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int tokens) || tokens is 0 or < -1)
                throw JsonBody.WrongType(MostTokens, "a whole number of at least 1, or -1 for as many as the model takes", value);
            if (tokens > work.Model.MaxLength)
                throw new RequestException(ErrorKind.Invalid, $"`{MostTokens}` is {tokens}, the model takes at most {work.Model.MaxLength}", MostTokens);
            most = tokens > 0 ? tokens : null;
            asked = Overlong.Truncate;
        }
        bool fromLeft = JsonBody.OptionalText(body, Side) switch
        {
            null or "right" => false,
            "left" => true,
            _ => throw new RequestException(ErrorKind.Invalid, $"`{Side}` must be left or right", Side),
        };
        return (fromLeft && asked == Overlong.Truncate ? Overlong.TruncateStart : asked, most);
    }
}
