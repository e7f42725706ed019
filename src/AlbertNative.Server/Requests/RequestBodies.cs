using System.Buffers;
using System.IO.Pipelines;
using AlbertNative.Server.Configuration;
using Microsoft.AspNetCore.Connections;

namespace AlbertNative.Server.Requests;

/// <summary>Reads bodies within the limits of one and of all together.</summary>
internal sealed class RequestBodies(ServerOptions options)
{
    /// <summary>What a message may take in memory, of the limit of its bytes: text takes twice its bytes, and small numbers more.</summary>
    private const int MostUnpacked = 4;

    /// <summary>What all bodies are charged to.</summary>
    public ByteBudget Budget { get; } = new(options.MaxBufferedBytes);

    /// <summary>The bytes of bodies that are held now.</summary>
    public long HeldBytes => Budget.Held;

    /// <summary>Reads a body to its end.</summary>
    /// <exception cref="RequestException">It is too large, or there is no room for it now.</exception>
    public async Task<RequestBody> ReadAsync(HttpContext http, CancellationToken cancellation)
    {
        if (http.Request.ContentLength > options.PayloadLimit)
            throw TooLarge();
        RequestBody body = Begin(http);
        try
        {
            PipeReader reader = http.Request.BodyReader;
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellation).ConfigureAwait(false);
                try
                {
                    Add(body, read.Buffer);
                }
                finally
                {
                    reader.AdvanceTo(read.Buffer.End); // whatever becomes of the request: the framework reads what it left
                }
                if (read.IsCompleted)
                    return body;
            }
        }
        catch (ConnectionResetException e)
        {
            body.Dispose();
            throw new ClientGoneException(e);
        }
        catch (IOException e)
        {
            body.Dispose();
            throw e is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
                ? TooLarge()
                : new RequestException(ErrorKind.Malformed, "the body did not arrive as announced, or too slowly");
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>A body, or a part of one, of which nothing has been read yet.</summary>
    public RequestBody Begin(HttpContext http) => new(Budget, ClientOf(http));

    /// <summary>Whose share of the budget a request's bytes are.</summary>
    public static string ClientOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>What is said where there is no room for more bytes.</summary>
    public static RequestException NoRoom() =>
        new(ErrorKind.Overloaded, "too many bytes of other requests are being read or written") { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>Why what was sent may not be unpacked: it would take far more memory than it has bytes; null where it may.</summary>
    /// <param name="bytes">What it would take.</param>
    public RequestException? RefusalOf(long bytes) => bytes <= MostUnpacked * options.PayloadLimit ? null : new(
        ErrorKind.BodyTooLarge, $"the message has so many fields that it takes {bytes} bytes of memory, at most {MostUnpacked * options.PayloadLimit}");

    private void Add(RequestBody body, ReadOnlySequence<byte> bytes)
    {
        if (body.Length + bytes.Length > options.PayloadLimit)
            throw TooLarge();
        foreach (ReadOnlyMemory<byte> part in bytes)
        {
            if (!body.TryAdd(part.Span))
                throw NoRoom();
        }
    }

    private RequestException TooLarge() => new(ErrorKind.BodyTooLarge, $"the body has more than {options.PayloadLimit} bytes");
}

/// <summary>A body that was read, and its share of the budget.</summary>
internal sealed class RequestBody(ByteBudget budget, string client) : IDisposable
{
    private readonly PooledBuffer _buffer = new();

    public ReadOnlyMemory<byte> Bytes => _buffer.Written;

    public int Length => _buffer.Length;

    /// <summary>Adds bytes; false where the budget has no room for them.</summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        if (!budget.TryTake(client, bytes.Length))
            return false;
        _buffer.Write(bytes);
        return true;
    }

    public void Dispose()
    {
        budget.Return(client, _buffer.Length);
        _buffer.Dispose();
    }
}
