using Apache.Arrow.Ipc;

namespace AlbertNative.Cli;

/// <summary>
/// The Arrow schema that Arrow's libraries leave in a Parquet file's footer, to read columns back as what they were
/// (time zones, dictionaries, large strings). It must list every column of the file.
/// </summary>
internal static class ArrowSchemaNote
{
    private static readonly byte[] Key = "ARROW:schema"u8.ToArray();

    /// <summary>Adds the columns of results to it. One that cannot be read is left out: columns are then what Parquet says.</summary>
    public static void Extend(ThriftStruct file, IReadOnlyList<(string Name, ColumnType Type)> results)
    {
        if (file.List(ParquetField.FileKeyValues) is not ThriftList notes)
            return;
        int at = notes.Items.FindIndex(item => ((ThriftStruct)item).Bytes(ParquetField.KeyValueKey).AsSpan().SequenceEqual(Key));
        if (at < 0)
            return;
        ThriftStruct note = (ThriftStruct)notes.Items[at];
        if (Extended(note.Bytes(ParquetField.KeyValueValue) ?? [], results) is byte[] extended)
            note.Set(ParquetField.KeyValueValue, ThriftType.Binary, extended);
        else
            notes.Items.RemoveAt(at);
    }

    private static byte[]? Extended(byte[] base64, IReadOnlyList<(string Name, ColumnType Type)> results)
    {
        try
        {
            using MemoryStream bytes = new(Convert.FromBase64String(System.Text.Encoding.ASCII.GetString(base64)));
            using ArrowStreamReader reader = new(bytes);
            using MemoryStream written = new();
            using (ArrowStreamWriter writer = new(written, ArrowTableWriter.Extend(reader.Schema, results), leaveOpen: true))
                writer.WriteStart();
            return System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(written.ToArray()));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }
}
