using System.Text.Json;

namespace AlbertNative.Server.Requests;

/// <summary>How a family of clients wants its errors.</summary>
internal abstract class Dialect
{
    /// <summary>Its name in logs and metrics.</summary>
    public abstract string Name { get; }

    /// <summary>The status of an error.</summary>
    public virtual int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.ContentType => StatusCodes.Status415UnsupportedMediaType,
        ErrorKind.BodyTooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorKind.NoSuchModel or ErrorKind.NoSuchRoute => StatusCodes.Status404NotFound,
        ErrorKind.Method => StatusCodes.Status405MethodNotAllowed,
        ErrorKind.Unauthorized => StatusCodes.Status401Unauthorized,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.Overloaded or ErrorKind.Quota => StatusCodes.Status429TooManyRequests,
        ErrorKind.NotReady => StatusCodes.Status503ServiceUnavailable,
        ErrorKind.Deadline => StatusCodes.Status504GatewayTimeout,
        ErrorKind.Internal => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>Writes the body of an error.</summary>
    public abstract void Write(Utf8JsonWriter json, RequestException error);
}
