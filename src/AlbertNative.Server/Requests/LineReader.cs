using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace AlbertNative.Server.Requests;

/// <summary>A body's lines, one after the other: nothing is read ahead of the line that is asked for but what the network has brought.</summary>
/// <param name="http">The request.</param>
/// <param name="bodies">What its bytes are charged to.</param>
/// <param name="longest">The most bytes of a line.</param>
internal sealed class LineReader(HttpContext http, RequestBodies bodies, long longest)
{
    /// <summary>The lines that were read, with the one that failed.</summary>
    public int Count { get; private set; }

    /// <summary>The next line that is not blank, without its end; null at the end. Whoever gets it disposes it.</summary>
    /// <exception cref="RequestException">It is too long, there is no room for it, or it did not arrive.</exception>
    /// <exception cref="OperationCanceledException">The client has gone, or the caller has cancelled.</exception>
    public async Task<RequestBody?> ReadAsync(CancellationToken cancellation)
    {
        RequestBody line = bodies.Begin(http);
        try
        {
            PipeReader reader = http.Request.BodyReader;
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellation).ConfigureAwait(false);
                SequencePosition? end = read.Buffer.PositionOf((byte)'\n');
                try
                {
                    Add(line, end is SequencePosition at ? read.Buffer.Slice(0, at) : read.Buffer);
                }
                finally
                {
                    reader.AdvanceTo(end is SequencePosition until ? read.Buffer.GetPosition(1, until) : read.Buffer.End);
                }
                if (end is null && !read.IsCompleted)
                    continue;
                if (!IsBlank(line.Bytes.Span))
                {
                    Count++;
                    return line;
                }
                if (end is null)
                {
                    line.Dispose();
                    return null;
                }
                // A blank line is none, and its place is taken by the next.
                line.Dispose();
                line = bodies.Begin(http);
            }
        }
        catch (Exception e)
        {
            line.Dispose();
            Count++;
            if (e is ConnectionResetException)
                throw new ClientGoneException(e);
            if (e is IOException)
                throw new RequestException(ErrorKind.Malformed, "the body did not arrive as announced, or too slowly");
            throw;
        }
    }

    private void Add(RequestBody line, ReadOnlySequence<byte> bytes)
    {
        if (line.Length + bytes.Length > longest)
            throw new RequestException(ErrorKind.BodyTooLarge, $"the line has more than {longest} bytes");
        foreach (ReadOnlyMemory<byte> part in bytes)
        {
            if (!line.TryAdd(part.Span))
                throw RequestBodies.NoRoom();
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => !line.ContainsAnyExcept(" \t\r"u8);
}
