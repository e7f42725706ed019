using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AlbertNative.Server.Requests;

/// <summary>Writes JSON whole, so that its length stands in front of it and a truncated answer cannot look complete.</summary>
internal static class JsonAnswer
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static async Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        using PooledBuffer buffer = new();
        using (Utf8JsonWriter json = WriterOver(buffer))
            write(json);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.BodyWriter.WriteAsync(buffer.Written, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes bytes under their length.</summary>
    public static async Task WriteAsync(HttpContext http, string contentType, PooledBuffer bytes, CancellationToken cancellation)
    {
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        await http.Response.BodyWriter.WriteAsync(bytes.Written, cancellation).ConfigureAwait(false);
    }

    /// <summary>A writer of JSON as all answers have it.</summary>
    public static Utf8JsonWriter WriterOver(IBufferWriter<byte> buffer) => new(buffer, Options);

    /// <summary>Writes an error in its dialect.</summary>
    public static async Task WriteErrorAsync(HttpContext http, Dialect dialect, RequestException error)
    {
        Retries.Write(http.Response.Headers, error);
        if (error.Kind == ErrorKind.Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        await WriteAsync(http, dialect.StatusOf(error.Kind), json => dialect.Write(json, error), http.RequestAborted).ConfigureAwait(false);
    }
}
