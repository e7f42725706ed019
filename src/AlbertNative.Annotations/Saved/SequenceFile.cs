using System.Buffers.Binary;
using System.Text;

namespace AlbertNative.Annotations;

/// <summary>
/// Reads Hadoop's SequenceFile as Spark's <c>saveAsObjectFile</c> writes it: keys that are nothing, values that are bytes, not
/// compressed. Source: the documentation of <c>org.apache.hadoop.io.SequenceFile</c>.
/// </summary>
internal static class SequenceFile
{
    private const string KeyClass = "org.apache.hadoop.io.NullWritable";
    private const string ValueClass = "org.apache.hadoop.io.BytesWritable";
    private const int SyncLength = 16;

    /// <summary>The values, in order.</summary>
    /// <exception cref="PipelineFormatException">The file is cut off, or of a kind that is not supported.</exception>
    public static List<byte[]> Read(ReadOnlySpan<byte> file)
    {
        Cursor cursor = new(file);
        if (!cursor.Take(4).SequenceEqual("SEQ\u0006"u8))
            throw new PipelineFormatException("no SequenceFile of version 6");
        string key = cursor.ShortText(), value = cursor.ShortText();
        if (key != KeyClass || value != ValueClass)
            throw new PipelineFormatException($"a SequenceFile of {key} and {value}, expected {KeyClass} and {ValueClass}");
        if (cursor.Take(1)[0] != 0 || cursor.Take(1)[0] != 0)
            throw new PipelineFormatException("a compressed SequenceFile, which is not supported");
        if (cursor.Int32() != 0)
            throw new PipelineFormatException("a SequenceFile with metadata, which is not supported");
        ReadOnlySpan<byte> sync = cursor.Take(SyncLength);

        List<byte[]> values = [];
        while (!cursor.IsAtEnd)
        {
            int record = cursor.Int32();
            if (record == -1)
            {
                if (!cursor.Take(SyncLength).SequenceEqual(sync))
                    throw new PipelineFormatException("a SequenceFile whose marks of synchronisation differ");
                continue;
            }
            int keyLength = cursor.Int32(), length = cursor.Int32();
            if (keyLength != 0 || length < 0 || record != (long)length + 4)
                throw new PipelineFormatException($"a record of {record} bytes with a key of {keyLength} and a value of {length}");
            values.Add(cursor.Take(length).ToArray());
        }
        return values;
    }

    private ref struct Cursor(ReadOnlySpan<byte> file)
    {
        private ReadOnlySpan<byte> _rest = file;

        public readonly bool IsAtEnd => _rest.IsEmpty;

        public ReadOnlySpan<byte> Take(int count)
        {
            if (count > _rest.Length)
                throw new PipelineFormatException("a SequenceFile that is cut off");
            ReadOnlySpan<byte> taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }

        public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

        // Lengths above 127 have more bytes; names of classes are shorter.
        public string ShortText()
        {
            byte length = Take(1)[0];
            return length <= 127 ? Encoding.UTF8.GetString(Take(length)) : throw new PipelineFormatException("the name of a class of more than 127 bytes");
        }
    }
}
