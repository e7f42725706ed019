using System.Text.Json;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Tei;

/// <summary>The fields that text-embeddings-inference's requests share.</summary>
internal static class TeiTerms
{
    /// <summary>What <c>truncate</c> and <c>truncation_direction</c> ask for.</summary>
    /// <exception cref="RequestException">One is of the wrong type.</exception>
    public static Overlong LongTexts(JsonElement body, ServerOptions options)
    {
        bool? truncate = JsonBody.OptionalFlag(body, "truncate");
        bool fromLeft = JsonBody.OptionalText(body, "truncation_direction") switch
        {
            null or "Right" or "right" => false,
            "Left" or "left" => true,
            _ => throw new RequestException(ErrorKind.WrongType, "`truncation_direction` must be Left or Right", "truncation_direction"),
        };
        Overlong action = truncate switch
        {
            true => Overlong.Truncate,
            false => Overlong.Refuse,
            null => options.Overlong,
        };
        return action == Overlong.Truncate && fromLeft ? Overlong.TruncateStart : action;
    }

    /// <summary>The terms of vectors.</summary>
    /// <param name="body">The request.</param>
    /// <param name="options">The server's.</param>
    /// <param name="normalize">What is done where the request does not say; null where it cannot say.</param>
    /// <exception cref="RequestException">A field is of the wrong type.</exception>
    public static VectorTerms Vectors(JsonElement body, ServerOptions options, bool? normalize) => new(
        LongTexts(body, options),
        JsonBody.OptionalText(body, "prompt_name"),
        normalize is bool given && (JsonBody.OptionalFlag(body, "normalize", nullPasses: false) ?? given),
        normalize is null ? null : JsonBody.OptionalCount(body, "dimensions"));
}
