using System.Text.Json;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.HuggingFace;

/// <summary>Errors as Hugging Face's clients read them: <c>{"error": "…"}</c>.</summary>
internal sealed class HuggingFaceDialect : Dialect
{
    public override string Name => "huggingface";

    public override void Write(Utf8JsonWriter json, RequestException error)
    {
        json.WriteStartObject();
        json.WriteString("error"u8, error.Message);
        json.WriteEndObject();
    }
}
