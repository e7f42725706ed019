using System.Text.Json;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>Errors as clients of KServe and Triton read them: <c>{"error": "…"}</c>.</summary>
internal sealed class OpenInferenceDialect : Dialect
{
    public override string Name => "open-inference";

    public override void Write(Utf8JsonWriter json, RequestException error)
    {
        json.WriteStartObject();
        json.WriteString("error"u8, error.Message);
        json.WriteEndObject();
    }
}
