using System.Text.Json;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Tei;

/// <summary>Errors as text-embeddings-inference's clients read them: <c>{"error", "error_type"}</c>.</summary>
internal sealed class TeiDialect : Dialect
{
    public override string Name => "tei";

    public override int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.WrongType or ErrorKind.Invalid or ErrorKind.TextTooLong or ErrorKind.TooMuch => StatusCodes.Status422UnprocessableEntity,
        ErrorKind.NoSuchTask => StatusCodes.Status424FailedDependency,
        _ => base.StatusOf(kind),
    };

    public override void Write(Utf8JsonWriter json, RequestException error)
    {
        json.WriteStartObject();
        json.WriteString("error"u8, error.Message);
        json.WriteString("error_type"u8, TypeOf(error.Kind));
        json.WriteEndObject();
    }

    /// <summary>A closed set: its clients parse it as an enumeration.</summary>
    public static string TypeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Empty => "Empty",
        ErrorKind.NoSuchTask or ErrorKind.Internal => "Backend",
        ErrorKind.Overloaded or ErrorKind.Quota or ErrorKind.Deadline => "Overloaded",
        ErrorKind.NotReady => "Unhealthy",
        ErrorKind.Unauthorized or ErrorKind.Forbidden => "Unauthorized",
        _ => "Validation",
    };
}
