using System.Text.Json;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenAI;

/// <summary>Errors as OpenAI's clients read them: <c>{"error": {"message", "type", "param", "code"}}</c>.</summary>
internal sealed class OpenAIDialect : Dialect
{
    public override string Name => "openai";

    public override void Write(Utf8JsonWriter json, RequestException error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, TypeOf(error.Kind));
        json.WriteString("param"u8, error.Field);
        json.WriteString("code"u8, CodeOf(error.Kind));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string TypeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Unauthorized => "authentication_error",
        ErrorKind.Forbidden => "permission_error",
        ErrorKind.NoSuchModel or ErrorKind.NoSuchRoute => "not_found_error",
        ErrorKind.Overloaded or ErrorKind.Quota => "rate_limit_error",
        ErrorKind.NotReady or ErrorKind.Deadline or ErrorKind.Internal => "server_error",
        _ => "invalid_request_error",
    };

    private static string? CodeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Unauthorized => "invalid_api_key",
        ErrorKind.NoSuchModel => "model_not_found",
        ErrorKind.TextTooLong => "context_length_exceeded",
        ErrorKind.Overloaded => "overloaded",
        ErrorKind.Quota => "rate_limit_exceeded",
        _ => null,
    };
}
