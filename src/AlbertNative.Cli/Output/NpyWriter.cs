using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace AlbertNative.Cli;

/// <summary>
/// Writes a matrix of float32 as NumPy's <c>.npy</c>, version 1.0 (numpy.lib.format), row after row:
/// the number of rows is known only at the end, so the header's room is reserved and filled then.
/// </summary>
internal sealed class NpyWriter : IDisposable
{
    // Magic, version and length take 10 bytes; the data must begin at a multiple of 64.
    private const int HeaderBytes = 128;
    private const int PreambleBytes = 10;

    private readonly OutputFile _file;
    private readonly byte[] _row;
    private readonly int _columns;

    public NpyWriter(string path, int columns)
    {
        _file = new(path);
        _columns = columns;
        _row = new byte[columns * sizeof(float)];
        _file.Stream.Write(Header());
    }

    /// <summary>Rows written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Appends one row.</summary>
    /// <exception cref="ArgumentException">Not as many numbers as there are columns.</exception>
    public void Write(ReadOnlySpan<float> row)
    {
        if (row.Length != _columns)
            throw new ArgumentException($"expected {_columns} columns, found {row.Length}", nameof(row));
        for (int i = 0; i < row.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(_row.AsSpan(i * sizeof(float)), row[i]);
        _file.Stream.Write(_row);
        Rows++;
    }

    /// <summary>Fills in the header and puts the file in its place.</summary>
    public void Complete()
    {
        _file.Stream.Position = 0;
        _file.Stream.Write(Header());
        _file.Complete();
    }

    /// <summary>Removes the file unless it is complete.</summary>
    public void Dispose() => _file.Dispose();

    private byte[] Header()
    {
        string description = string.Create(
            CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({Rows}, {_columns}), }}");

        byte[] header = new byte[HeaderBytes];
        header.AsSpan(PreambleBytes).Fill((byte)' ');
        ReadOnlySpan<byte> magic = [0x93, .. "NUMPY"u8, 1, 0];
        magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(magic.Length), HeaderBytes - PreambleBytes);
        Encoding.ASCII.GetBytes(description, header.AsSpan(PreambleBytes));
        header[^1] = (byte)'\n';
        return header;
    }
}
