using System.Text.Json;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Native;

/// <summary>Errors of the native routes: <c>{"error": {"message", "code", "field"}}</c>.</summary>
internal sealed class NativeDialect : Dialect
{
    public override string Name => "native";

    public override void Write(Utf8JsonWriter json, RequestException error)
    {
        json.WriteStartObject();
        WriteError(json, error);
        json.WriteEndObject();
    }

    /// <summary>Writes the field of an error into the object that is open for it.</summary>
    public static void WriteError(Utf8JsonWriter json, RequestException error)
    {
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("code"u8, JsonNamingPolicy.SnakeCaseLower.ConvertName(error.Kind.ToString()));
        if (error.Field is not null)
            json.WriteString("field"u8, error.Field);
        json.WriteEndObject();
    }
}
