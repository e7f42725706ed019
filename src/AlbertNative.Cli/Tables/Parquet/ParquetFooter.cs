using System.Buffers.Binary;

namespace AlbertNative.Cli;

/// <summary>A Parquet file's footer: what its bytes are (parquet.thrift of Apache Parquet).</summary>
/// <param name="file">FileMetaData.</param>
internal sealed class ParquetFooter(ThriftStruct file)
{
    /// <summary>What the file begins and ends with.</summary>
    public static ReadOnlySpan<byte> Magic => "PAR1"u8;

    // The footer's length and the magic stand behind it.
    private const int TrailerBytes = 8;

    public ThriftStruct File { get; } = file;

    /// <summary>The elements of the schema, the root first and each before its children.</summary>
    public List<object> Schema => Need(File.List(ParquetField.FileSchema)).Items;

    public List<object> RowGroups => Need(File.List(ParquetField.FileRowGroups)).Items;

    /// <summary>Reads the footer at the end of a file.</summary>
    /// <exception cref="BadInputException">It is no Parquet file, or one that is cut, damaged or encrypted.</exception>
    public static ParquetFooter Read(Stream stream, string path)
    {
        if (stream.Length < Magic.Length + TrailerBytes)
            throw new BadInputException($"{path} is no Parquet file, or a part of one: {stream.Length} bytes");
        byte[] trailer = new byte[TrailerBytes];
        stream.Position = stream.Length - TrailerBytes;
        stream.ReadExactly(trailer);
        if (trailer.AsSpan(4).SequenceEqual("PARE"u8))
            throw new BadInputException($"{path}: the footer is encrypted, which is not supported");
        if (!trailer.AsSpan(4).SequenceEqual(Magic))
            throw new BadInputException($"{path} does not end as a Parquet file does: it is none, or was cut off");
        int length = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        if (length < 0 || length > stream.Length - TrailerBytes - Magic.Length)
            throw new BadInputException($"{path}: the footer would be {length} bytes, the file has {stream.Length}");

        byte[] bytes = new byte[length];
        stream.Position = stream.Length - TrailerBytes - length;
        stream.ReadExactly(bytes);
        try
        {
            ThriftStruct file = ThriftReader.Read(bytes);
            if (file.Has(ParquetField.FileEncryption))
                throw new BadInputException($"{path}: columns are encrypted, which is not supported");
            ParquetShape.FileMetaData.Require(file);
            return new(file);
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            throw new BadInputException($"{path}: the footer is damaged: {e.Message}");
        }
    }

    /// <summary>Writes the footer, which ends the file.</summary>
    public void Write(Stream stream)
    {
        ReadOnlySpan<byte> bytes = ThriftWriter.Write(File).Span;
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        stream.Write(bytes);
        stream.Write(length);
        stream.Write(Magic);
    }

    /// <summary>A value that every file has.</summary>
    /// <exception cref="InvalidDataException">This one has not.</exception>
    public static T Need<T>(T? value)
        where T : class => value ?? throw new InvalidDataException("the footer lacks a field that every file has");

    /// <summary>A number that every file has.</summary>
    /// <exception cref="InvalidDataException">This one has not.</exception>
    public static long Need(long? value) => value ?? throw new InvalidDataException("the footer lacks a field that every file has");
}
