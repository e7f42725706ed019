namespace AlbertNative.Cli;

/// <summary>Numbers of the fields in a Parquet file's footer, as parquet.thrift gives them.</summary>
internal static class ParquetField
{
    public const short FileSchema = 2;
    public const short FileRowCount = 3;
    public const short FileRowGroups = 4;
    public const short FileKeyValues = 5;
    public const short FileColumnOrders = 7;
    public const short FileEncryption = 8;

    public const short ElementName = 4;
    public const short ElementChildCount = 5;

    public const short KeyValueKey = 1;
    public const short KeyValueValue = 2;

    public const short GroupColumns = 1;
    public const short GroupBytes = 2;
    public const short GroupRowCount = 3;
    public const short GroupFileOffset = 5;
    public const short GroupCompressedBytes = 6;
    public const short GroupOrdinal = 7;

    public const short ChunkFile = 1;
    public const short ChunkFileOffset = 2;
    public const short ChunkMetadata = 3;
    public const short ChunkOffsetIndexOffset = 4;
    public const short ChunkOffsetIndexLength = 5;
    public const short ChunkColumnIndexOffset = 6;
    public const short ChunkColumnIndexLength = 7;
    public const short ChunkEncryption = 8;

    public const short ColumnValueCount = 5;
    public const short ColumnUncompressedBytes = 6;
    public const short ColumnCompressedBytes = 7;
    public const short ColumnDataOffset = 9;
    public const short ColumnIndexOffset = 10;
    public const short ColumnDictionaryOffset = 11;
    public const short ColumnStatistics = 12;
    public const short ColumnEncodingStatistics = 13;
    public const short ColumnBloomOffset = 14;
    public const short ColumnBloomLength = 15;
    public const short ColumnSizeStatistics = 16;
}
