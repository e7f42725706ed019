namespace AlbertNative.Tests.Server;

/// <summary>Breaks good bytes, the same way every time: what is changed stands beside what is not, where most parsers' faults are.</summary>
internal sealed class BodyBreaker(int seed)
{
    private static readonly byte[][] Pieces =
    [
        "null"u8.ToArray(), "1e999"u8.ToArray(), "-1"u8.ToArray(), "18446744073709551616"u8.ToArray(), "\"\\ud800\""u8.ToArray(), "[[[[[[[[[[[[[[[[["u8.ToArray(),
        "{\"a\":1,\"a\":2}"u8.ToArray(), "true"u8.ToArray(), "[]"u8.ToArray(), "{}"u8.ToArray(), "\"\""u8.ToArray(), [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0], "\r\n"u8.ToArray(),
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "\"\\u0000\""u8.ToArray(), "[MASK]"u8.ToArray(), ","u8.ToArray(),
    ];

    private readonly Random _random = new(seed);

    /// <summary>A broken copy, a few changes from the original.</summary>
    public byte[] Break(byte[] good)
    {
        List<byte> bytes = [.. good];
        for (int change = _random.Next(1, 4); change > 0; change--)
            Change(bytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        int at = _random.Next(bytes.Count + 1);
        int length = Math.Min(_random.Next(1, 12), bytes.Count - at);
        switch (_random.Next(6))
        {
            case 0:
                bytes.RemoveRange(at, length);
                break;
            case 1:
                bytes.InsertRange(at, Pieces[_random.Next(Pieces.Length)]);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                bytes.InsertRange(at, Pieces[_random.Next(Pieces.Length)]);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }
}
