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
        using (Utf8JsonWriter json = new(buffer, Options))
            write(json);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.BodyWriter.WriteAsync(buffer.Written, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes an error in its dialect.</summary>
    public static async Task WriteErrorAsync(HttpContext http, Dialect dialect, RequestException error)
    {
        Retries.Write(http.Response.Headers, error);
        if (error.Kind == ErrorKind.Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        await WriteAsync(http, dialect.StatusOf(error.Kind), json => dialect.Write(json, error), http.RequestAborted).ConfigureAwait(false);
    }
}
