namespace AlbertNative.Cli;

/// <summary>Copies columns of row groups from file to file as they are: their pages' bytes, whatever is in them.</summary>
internal static class ColumnChunkCopy
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Copies one column of a row group, or the pages of several that become one.</summary>
    /// <param name="source">The file it is in.</param>
    /// <param name="pieces">Its ColumnChunk in the footer; or several, without dictionaries.</param>
    /// <param name="target">The file it comes to.</param>
    /// <returns>The ColumnChunk of the copy.</returns>
    /// <exception cref="InvalidDataException">The footer's places are not in the file, or the column is elsewhere or encrypted.</exception>
    public static ThriftStruct Copy(Stream source, IReadOnlyList<ThriftStruct> pieces, Stream target)
    {
        long to = target.Position;
        ThriftStruct chunk = pieces[0];
        ThriftStruct column = Metadata(chunk);
        long moved = to - CopyBytes(source, column, target);
        foreach (short offset in (ReadOnlySpan<short>)[ParquetField.ColumnDataOffset, ParquetField.ColumnIndexOffset, ParquetField.ColumnDictionaryOffset])
        {
            if (column.Integer(offset) is long at and > 0)
                column.Set(offset, ThriftType.Int64, at + moved);
        }
        foreach (ThriftStruct piece in pieces.Skip(1))
        {
            ThriftStruct further = Metadata(piece);
            CopyBytes(source, further, target);
            foreach (short sum in (ReadOnlySpan<short>)[ParquetField.ColumnValueCount, ParquetField.ColumnUncompressedBytes, ParquetField.ColumnCompressedBytes])
                column.Set(sum, ThriftType.Int64, ParquetFooter.Need(column.Integer(sum)) + ParquetFooter.Need(further.Integer(sum)));
        }
        if (pieces.Count > 1)
            column.Remove(ParquetField.ColumnStatistics, ParquetField.ColumnEncodingStatistics, ParquetField.ColumnSizeStatistics);

        // What lies outside the pages (indexes of them, Bloom filters) stays behind: it only speeds up readers.
        column.Remove(ParquetField.ColumnBloomOffset, ParquetField.ColumnBloomLength);
        chunk.Remove(
            ParquetField.ChunkOffsetIndexOffset, ParquetField.ChunkOffsetIndexLength,
            ParquetField.ChunkColumnIndexOffset, ParquetField.ChunkColumnIndexLength);
        chunk.Set(ParquetField.ChunkFileOffset, ThriftType.Int64, to);
        return chunk;
    }

    private static ThriftStruct Metadata(ThriftStruct chunk)
    {
        if (chunk.Has(ParquetField.ChunkFile))
            throw new InvalidDataException("a column lies in another file, which is not supported");
        if (chunk.Has(ParquetField.ChunkEncryption))
            throw new InvalidDataException("a column is encrypted, which is not supported");
        return ParquetFooter.Need(chunk.Struct(ParquetField.ChunkMetadata));
    }

    // Returns where they began.
    private static long CopyBytes(Stream source, ThriftStruct column, Stream target)
    {
        long start = ParquetFooter.Need(column.Integer(ParquetField.ColumnDataOffset));
        if (column.Integer(ParquetField.ColumnDictionaryOffset) is long dictionary and > 0)
            start = Math.Min(start, dictionary);
        long left = ParquetFooter.Need(column.Integer(ParquetField.ColumnCompressedBytes));
        if (start < ParquetFooter.Magic.Length || left < 0 || left > source.Length - start)
            throw new InvalidDataException($"a column would be the {left} bytes from {start} on, the file has {source.Length}");

        source.Position = start;
        byte[] buffer = new byte[(int)Math.Min(left, BufferBytes)];
        while (left > 0)
        {
            int count = (int)Math.Min(left, buffer.Length);
            source.ReadExactly(buffer, 0, count);
            target.Write(buffer, 0, count);
            left -= count;
        }
        return start;
    }
}
