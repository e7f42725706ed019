using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AlbertNative.Server.Requests;

/// <summary>Writes JSON whole, so that its length stands in front of it and a truncated answer cannot look complete.</summary>
internal static class JsonAnswer
{
    private const int SliceBytes = 64 << 10;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static async Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        using PooledBuffer buffer = new();
        using (Utf8JsonWriter json = WriterOver(buffer))
            write(json);
        await WriteAsync(http, status, "application/json", buffer.Written, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes bytes under their length.</summary>
    /// <exception cref="RequestException">They are many, and there is no room for them beside others that are being read or written.</exception>
    /// <exception cref="OperationCanceledException">The client has gone, the request's time is over, or its client does not read many bytes within it.</exception>
    public static async Task WriteAsync(HttpContext http, int status, string contentType, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (bytes.Length <= SliceBytes)
        {
            // Sent whole, whenever the request's time ends: the server resets a connection of which a write is cancelled.
            await WriteSlicesAsync(http, status, contentType, bytes, http.RequestAborted).ConfigureAwait(false);
            return;
        }
        ByteBudget budget = http.RequestServices.GetRequiredService<RequestBodies>().Budget;
        string client = RequestBodies.ClientOf(http);
        if (!budget.TryTake(client, bytes.Length))
            throw RequestBodies.NoRoom();
        try
        {
            await WriteSlicesAsync(http, status, contentType, bytes, cancellation).ConfigureAwait(false);
        }
        finally
        {
            budget.Return(client, bytes.Length);
        }
    }

    // A slice at a time: a connection whose client does not read holds no more than that, and the end of the request's time frees the rest.
    private static async Task WriteSlicesAsync(HttpContext http, int status, string contentType, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        for (; bytes.Length > SliceBytes; bytes = bytes[SliceBytes..])
            Sent(await http.Response.BodyWriter.WriteAsync(bytes[..SliceBytes], cancellation).ConfigureAwait(false));
        Sent(await http.Response.BodyWriter.WriteAsync(bytes, cancellation).ConfigureAwait(false));
    }

    /// <summary>Looks whether there is still somebody to write to.</summary>
    /// <exception cref="ClientGoneException">There is nobody.</exception>
    public static void Sent(FlushResult flushed)
    {
        if (flushed.IsCompleted)
            throw new ClientGoneException();
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
