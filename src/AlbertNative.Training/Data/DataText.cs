using System.Security.Cryptography;
using System.Text;

namespace AlbertNative.Training;

/// <summary>A file of examples as text, and the digest of its bytes.</summary>
internal sealed class DataText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private DataText(string path, string text, string sha256) => (Path, Text, Sha256) = (path, text, sha256);

    public string Path { get; }

    /// <summary>All characters after the byte-order mark, if there is one.</summary>
    public string Text { get; }

    public string Sha256 { get; }

    /// <summary>The lines, without what ends them (LF, CR or CR LF), and their numbers from 1.</summary>
    public IEnumerable<(int Number, string Line)> Lines()
    {
        using StringReader reader = new(Text);
        for (int number = 1; reader.ReadLine() is { } line; number++)
            yield return (number, line);
    }

    /// <summary>Reads a file of UTF-8, with or without a byte-order mark.</summary>
    /// <exception cref="DataFormatException">It is not UTF-8, or too large to be held at once (2 GB).</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataText Read(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"{path} is a directory, expected a file of examples");
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (IOException exception) when (exception.GetType() == typeof(IOException) && new FileInfo(path) is { Exists: true, Length: > int.MaxValue })
        {
            throw new DataFormatException(path, 0, null, "the file is larger than 2 GB: divide it", exception);
        }
        ReadOnlySpan<byte> content = bytes;
        if (content.StartsWith(Encoding.Unicode.Preamble) || content.StartsWith(Encoding.BigEndianUnicode.Preamble))
            throw new DataFormatException(path, 1, null, "the file is UTF-16; only UTF-8 is read");
        if (content.StartsWith(Encoding.UTF8.Preamble))
            content = content[Encoding.UTF8.Preamble.Length..];
        try
        {
            return new(path, Utf8.GetString(content), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
        catch (DecoderFallbackException exception)
        {
            (int line, int column) = Position(content, content.Length - exception.BytesUnknown!.Length);
            throw new DataFormatException(
                path, line, Number(column), $"byte 0x{exception.BytesUnknown[0]:X2} is not UTF-8; no other encoding is read", exception);
        }
    }

    /// <summary>The line and the column, from 1 and in bytes, of the first byte that is not UTF-8.</summary>
    private static (int Line, int Column) Position(ReadOnlySpan<byte> content, int last)
    {
        int at = 0, line = 1, lineStart = 0;
        while (at <= last)
        {
            System.Buffers.OperationStatus status = Rune.DecodeFromUtf8(content[at..], out Rune rune, out int length);
            if (status != System.Buffers.OperationStatus.Done)
                break;
            at += length;
            if (rune.Value == '\n')
                (line, lineStart) = (line + 1, at);
        }
        return (line, at - lineStart + 1);
    }

    /// <summary>A number as it is written in messages.</summary>
    public static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
