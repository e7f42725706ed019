using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AlbertNative.Tests.Server;

internal enum Http2Frame : byte
{
    Data = 0,
    Headers = 1,
    Reset = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// <summary>A connection of HTTP/2 without TLS whose frames are written one by one, as no client would.</summary>
internal sealed class Http2Connection : IDisposable
{
    public const byte EndStream = 1, Acknowledge = 1, EndHeaders = 4;

    private const int HeadBytes = 9;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private Http2Connection()
    {
    }

    /// <summary>Connects, and says what a client says first.</summary>
    /// <param name="address">The server.</param>
    /// <param name="window">How many bytes a stream may send before the client says that it has read some.</param>
    public static async Task<Http2Connection> ConnectAsync(EndPoint address, uint window = 65_535)
    {
        Http2Connection connection = new();
        await connection._socket.ConnectAsync(address, TestContext.Current.CancellationToken);
        await connection._socket.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        byte[] setting = [0, 4, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(setting.AsSpan(2), window);
        Assert.True(await connection.TryWriteAsync(Frame(Http2Frame.Settings, 0, 0, setting)));
        return connection;
    }

    /// <summary>A frame's bytes.</summary>
    public static byte[] Frame(Http2Frame type, byte flags, int stream, byte[] payload)
    {
        byte[] frame = [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, (byte)type, flags, 0, 0, 0, 0, .. payload];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        return frame;
    }

    /// <summary>Headers as literals that no table keeps.</summary>
    public static byte[] HeaderBlock(params (string Name, string Value)[] headers)
    {
        List<byte> block = [];
        foreach ((string name, string value) in headers)
        {
            block.Add(0);
            AddText(block, name);
            AddText(block, value);
        }
        return [.. block];
    }

    /// <summary>The headers of a post.</summary>
    public static byte[] Post(string path, string type) => HeaderBlock(
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "a"), ("content-type", type), ("te", "trailers"));

    /// <summary>Writes bytes; false where the server has closed the connection, or does not take any more of them.</summary>
    public async Task<bool> TryWriteAsync(byte[] bytes)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            for (int sent = 0; sent < bytes.Length;)
                sent += await _socket.SendAsync(bytes.AsMemory(sent), patience.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>The next frame; null once the server has closed the connection.</summary>
    public async Task<(Http2Frame Type, byte Flags, int Stream, byte[] Payload)?> ReadAsync()
    {
        byte[]? head = await ReadAsync(HeadBytes);
        if (head is null)
            return null;
        byte[]? payload = await ReadAsync((head[0] << 16) | (head[1] << 8) | head[2]);
        return payload is null ? null : ((Http2Frame)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
    }

    /// <summary>Reads until the server has closed the connection, and gives the kinds of the frames.</summary>
    public async Task<List<Http2Frame>> ReadToEndAsync()
    {
        List<Http2Frame> frames = [];
        while (await ReadAsync() is { } frame)
            frames.Add(frame.Type);
        return frames;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<byte[]?> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        using CancellationTokenSource hang = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        hang.CancelAfter(TimeSpan.FromMinutes(1));
        try
        {
            for (int read = 0; read < count;)
            {
                int more = await _socket.ReceiveAsync(bytes.AsMemory(read), hang.Token);
                if (more == 0)
                    return null;
                read += more;
            }
            return bytes;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static void AddText(List<byte> block, string text)
    {
        // A length of 127 and more goes on in further bytes of seven bits each.
        int length = text.Length;
        if (length < 127)
        {
            block.Add((byte)length);
        }
        else
        {
            block.Add(127);
            for (length -= 127; length >= 128; length >>= 7)
                block.Add((byte)(length | 128));
            block.Add((byte)length);
        }
        block.AddRange(Encoding.ASCII.GetBytes(text));
    }
}
