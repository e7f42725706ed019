using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace AlbertNative.LoadTest;

/// <summary>
/// One connection that asks for texts' vectors as OpenAI's clients do, and compares every bit of the answer, with as little work as
/// can be: where both sides share the processors, what asks takes them from what answers.
/// </summary>
/// <param name="answers">What is right.</param>
/// <param name="server">Whom it asks.</param>
/// <param name="headers">Lines of the request's head, each with its end.</param>
/// <param name="compares">Whether the bits are compared, and not only their number.</param>
internal sealed class LeanConnection(ReferenceAnswers answers, Uri server, string headers, bool compares) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[16 << 10];
    private byte[] _vector = [];
    private int _read;

    /// <summary>Whether it can be asked again: it was answered, and not asked to close.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Asks once.</summary>
    /// <param name="texts">Which texts.</param>
    /// <param name="leave">The client goes.</param>
    /// <returns>What became of it; where it was refused, when to try again.</returns>
    public async ValueTask<(Outcome Outcome, string? Fault, TimeSpan RetryAfter)> AskAsync(int[] texts, CancellationToken leave = default)
    {
        IsOpen = false;
        try
        {
            if (!_socket.Connected)
                await _socket.ConnectAsync(IPAddress.Loopback, server.Port, leave);
            await _socket.SendAsync(RequestOf(texts), leave);
            _read = 0;
            int body;
            while ((body = _buffer.AsSpan(0, _read).IndexOf("\r\n\r\n"u8) + 4) < 4)
                await ReceiveAsync(leave);
            int length = int.Parse(Header(body, "Content-Length") ?? "", CultureInfo.InvariantCulture);
            while (_read < body + length)
                await ReceiveAsync(leave);
            IsOpen = !string.Equals(Header(body, "Connection"), "close", StringComparison.OrdinalIgnoreCase);
            return Judge(texts, body, length);
        }
        catch (OperationCanceledException)
        {
            return (Outcome.Left, null, default);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return (Outcome.Unreachable, e.Message, default);
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            return (Outcome.Cut, $"{e.Message} after {_read} bytes", default);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return (Outcome.Lost, e.Message, default);
        }
    }

    public void Dispose() => _socket.Dispose();

    private async ValueTask ReceiveAsync(CancellationToken leave)
    {
        if (_read == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _read);
        int received = await _socket.ReceiveAsync(_buffer.AsMemory(_read), leave);
        _read += received > 0 ? received : throw new EndOfStreamException("the connection was closed before the answer was whole");
    }

    private (Outcome, string?, TimeSpan) Judge(int[] texts, int body, int length)
    {
        ReadOnlySpan<byte> json = _buffer.AsSpan(body, length);
        // HTTP/1.1 200
        switch (int.Parse(_buffer.AsSpan(9, 3), CultureInfo.InvariantCulture))
        {
            case 200:
                string version = Header(body, "x-model-version") ?? "";
                return AreRight(version, json, texts) ? (Outcome.Right, null, default) : (Outcome.Wrong, $"texts {string.Join(',', texts)} by version {version}", default);
            case 429:
                return Header(body, "retry-after-ms") is string wait && Header(body, "Retry-After") is not null
                    ? (Outcome.Refused, null, TimeSpan.FromMilliseconds(double.Parse(wait, CultureInfo.InvariantCulture)))
                    : (Outcome.Wrong, "429 without Retry-After", default);
            case 504:
                return (Outcome.Expired, null, default);
            default:
                return (Outcome.Lost, Encoding.UTF8.GetString(_buffer, 0, body + length), default);
        }
    }

    /// <summary>The value of a header; null where there is none.</summary>
    private string? Header(int end, string name)
    {
        ReadOnlySpan<byte> rest = _buffer.AsSpan(0, end);
        while (rest.IndexOf("\r\n"u8) is int line and >= 0)
        {
            ReadOnlySpan<byte> header = rest[..line];
            if (header.Length > name.Length && header[name.Length] == ':' && Ascii.EqualsIgnoreCase(header[..name.Length], name))
                return Encoding.ASCII.GetString(header[(name.Length + 1)..]).Trim();
            rest = rest[(line + 2)..];
        }
        return null;
    }

    private bool AreRight(string version, ReadOnlySpan<byte> body, int[] texts)
    {
        Utf8JsonReader json = new(body);
        int count = 0;
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals("embedding"u8) || !json.Read())
                continue;
            ReadOnlySpan<byte> base64 = json.ValueSpan;
            if (_vector.Length < base64.Length)
                _vector = new byte[base64.Length];
            if (count == texts.Length || Base64.DecodeFromUtf8(base64, _vector, out _, out int written) != System.Buffers.OperationStatus.Done)
                return false;
            if (compares && !answers.IsRight(version, texts[count], _vector.AsSpan(0, written)))
                return false;
            count++;
        }
        return count == texts.Length;
    }

    private byte[] RequestOf(int[] texts)
    {
        byte[] body = LoadClient.BodyOf(answers, texts, Wire.OpenAI);
        return
        [
            .. Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"POST {LoadClient.PathOf(Wire.OpenAI)} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n{headers}\r\n")),
            .. body,
        ];
    }
}
