using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace AlbertNative.Tests.Server;

/// <summary>A stream of lines whose answers are read while it is sent, which .NET's client does over HTTP/2 alone.</summary>
internal sealed class LineConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly List<byte> _body = [];
    private NetworkStream _stream = null!;

    public static async Task<LineConnection> OpenAsync(LoopbackServerApp server, string path, CancellationToken stop)
    {
        LineConnection connection = new();
        await connection._socket.ConnectAsync(server.EndPoint, stop);
        connection._stream = new NetworkStream(connection._socket, ownsSocket: true);
        await connection._stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"), stop);
        return connection;
    }

    /// <summary>Sends a part of the body.</summary>
    public async Task SendAsync(string text, CancellationToken stop)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        await _stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(bytes.Length.ToString("X", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. bytes, .. "\r\n"u8], stop);
    }

    /// <summary>Reads the answer's head.</summary>
    public async Task<string> ReadHeadAsync(CancellationToken stop)
    {
        StringBuilder head = new();
        for (string line = await ReadRawAsync(stop); line.Length > 0; line = await ReadRawAsync(stop))
            head.AppendLine(line);
        return head.ToString();
    }

    /// <summary>Reads a line of the answer; null at its end.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken stop)
    {
        int end;
        while ((end = _body.IndexOf((byte)'\n')) < 0)
        {
            int length = int.Parse(await ReadRawAsync(stop), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (length == 0)
                return null;
            byte[] chunk = new byte[length + 2];
            await _stream.ReadExactlyAsync(chunk, stop);
            _body.AddRange(chunk[..length]);
        }
        string line = Encoding.UTF8.GetString([.. _body[..end]]);
        _body.RemoveRange(0, end + 1);
        return line;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private async Task<string> ReadRawAsync(CancellationToken stop)
    {
        List<byte> line = [];
        byte[] one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one, stop);
            if (one[0] == '\n')
                return Encoding.ASCII.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }
    }
}
