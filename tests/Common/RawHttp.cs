using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AlbertNative.Testing;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool Continued)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>HTTP/1.1 to the byte, for requests that no client library would send.</summary>
internal static class RawHttp
{
    /// <summary>Sends one request over a connection of its own, and reads its answer to the end.</summary>
    public static async Task<RawAnswer> SendAsync(
        EndPoint server, string method, string target, IEnumerable<KeyValuePair<string, string>> headers, byte[] body, CancellationToken cancellation)
    {
        StringBuilder head = new($"{method} {target} HTTP/1.1\r\nhost: localhost\r\n");
        foreach ((string name, string value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (!headers.Any(header => header.Key.Equals("connection", StringComparison.OrdinalIgnoreCase)))
            head.Append("connection: close\r\n");
        head.Append("\r\n");
        byte[] headBytes = Encoding.ASCII.GetBytes(head.ToString());
        bool waits = headers.Any(header => header.Key.Equals("expect", StringComparison.OrdinalIgnoreCase));
        return await ExchangeAsync(server, waits ? [headBytes, body] : [[.. headBytes, .. body]], cancellation);
    }

    /// <summary>Sends bytes over a connection of their own, and reads what comes until the server closes it.</summary>
    public static Task<RawAnswer> SendAsync(EndPoint server, byte[] request, CancellationToken cancellation) =>
        ExchangeAsync(server, [request], cancellation);

    /// <summary>Sends parts, each behind the first once something has come back.</summary>
    private static async Task<RawAnswer> ExchangeAsync(EndPoint server, byte[][] parts, CancellationToken cancellation)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellation);
        Task sending = SendAllAsync(socket, parts[0], cancellation);
        int sent = 1;
        using MemoryStream received = new();
        byte[] buffer = new byte[65536];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer, cancellation)) > 0;)
            {
                received.Write(buffer, 0, count);
                if (sent < parts.Length)
                    await SendAllAsync(socket, parts[sent++], cancellation);
            }
        }
        catch (SocketException) when (received.Length > 0)
        {
            // A server that has refused a body without reading it may reset the connection behind its answer.
        }
        await sending;
        return Parse(received.ToArray());
    }

    private static async Task SendAllAsync(Socket socket, byte[] request, CancellationToken cancellation)
    {
        try
        {
            for (int at = 0; at < request.Length;)
                at += await socket.SendAsync(request.AsMemory(at), cancellation);
        }
        catch (SocketException)
        {
            // The server has answered without waiting for the end.
        }
    }

    private static RawAnswer Parse(byte[] received)
    {
        bool continued = false;
        for (int start = 0; ;)
        {
            int end = received.AsSpan(start).IndexOf("\r\n\r\n"u8);
            Assert.True(end >= 0, $"no answer in {received.Length} bytes: {Encoding.UTF8.GetString(received.AsSpan(start, Math.Min(200, received.Length - start)))}");
            string[] lines = Encoding.ASCII.GetString(received, start, end).Split("\r\n");
            int status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
            start += end + 4;
            if (status == 100)
            {
                continued = true;
                continue;
            }
            Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
            foreach (string line in lines.Skip(1))
                headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            bool isChunked = headers.GetValueOrDefault("transfer-encoding") == "chunked";
            Assert.True(isChunked || status == 304 || headers.ContainsKey("content-length"), $"an answer without its length: {lines[0]}");
            return new RawAnswer(status, headers, isChunked ? Joined(received.AsSpan(start)) : received[start..], continued);
        }
    }

    private static byte[] Joined(ReadOnlySpan<byte> chunks)
    {
        List<byte> body = [];
        while (true)
        {
            int end = chunks.IndexOf("\r\n"u8);
            int length = int.Parse(Encoding.ASCII.GetString(chunks[..end]), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (length == 0)
                return [.. body];
            body.AddRange(chunks.Slice(end + 2, length));
            chunks = chunks[(end + 2 + length + 2)..];
        }
    }
}
