using System.Globalization;
using System.Net.Sockets;
using AlbertNative.Cli;
using AlbertNative.Spark;
using AlbertNative.Tests.Tasks;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;

namespace AlbertNative.Tests.Spark;

/// <summary>Arrow streams of texts, and what the command and a socket answer to them.</summary>
internal static class ArrowStreams
{
    private static readonly MapType About = new(new Field("key", StringType.Default, false), new Field("value", StringType.Default, true));

    /// <summary>A stream of batches of texts.</summary>
    /// <param name="batches">The texts, in a column of that name behind one of their numbers.</param>
    /// <param name="request">What the schema asks for.</param>
    /// <param name="hasMap">Adds a column of maps, with an entry for the numbers for which it is true, and null for the others.</param>
    public static byte[] Of(string?[][] batches, string? request = null, Func<long, bool>? hasMap = null)
    {
        Field[] fields = [new Field("id", Int64Type.Default, false), new Field("text", StringType.Default, true)];
        Schema schema = new(
            hasMap is null ? fields : [.. fields, new Field("about", About, true)],
            request is null ? [] : new Dictionary<string, string> { [StreamRequest.Key] = request });
        using MemoryStream stream = new();
        using ArrowStreamWriter writer = new(stream, schema, leaveOpen: true);
        writer.WriteStart();
        long id = 0;
        foreach (string?[] batch in batches)
        {
            Int64Array.Builder ids = new();
            StringArray.Builder texts = new();
            MapArray.Builder maps = new(About);
            foreach (string? text in batch)
            {
                if (hasMap?.Invoke(id) == true)
                {
                    maps.Append();
                    ((StringArray.Builder)maps.KeyBuilder).Append("id");
                    ((StringArray.Builder)maps.ValueBuilder).Append(id.ToString(CultureInfo.InvariantCulture));
                }
                else
                {
                    maps.AppendNull();
                }
                ids.Append(id++);
                texts.Append(text);
            }
            IArrowArray[] columns = [ids.Build(), texts.Build()];
            writer.WriteRecordBatch(new(schema, hasMap is null ? columns : [.. columns, maps.Build()], batch.Length));
        }
        writer.WriteEnd();
        return stream.ToArray();
    }

    /// <summary>What the command answers on its standard output.</summary>
    public static (int Code, string Error, Schema? Schema, List<RecordBatch> Batches) Transform(byte[] input, params string[] options)
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        Terminal terminal = new() { Input = new MemoryStream(input), Output = output, Error = error };
        int code = CommandLine.Run(["transform", "--arrow", .. options.Length > 0 ? options : ["--model", Nano.Path]], new(terminal, TestContext.Current.CancellationToken));
        if (code != 0)
            return (code, error.ToString(), null, []);
        output.Position = 0;
        using ArrowStreamReader reader = new(output, leaveOpen: true);
        List<RecordBatch> batches = [];
        while (reader.ReadNextRecordBatch() is RecordBatch batch)
            batches.Add(batch);
        return (code, error.ToString(), reader.Schema, batches);
    }

    /// <summary>What the frames hold that a socket answers, and the letter of the last one.</summary>
    public static byte[] Ask(string path, byte[] stream, out char last)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        using NetworkStream connection = new(socket);
        connection.Write(stream);
        using MemoryStream content = new();
        byte[] header = new byte[5];
        do
        {
            connection.ReadExactly(header);
            last = (char)header[0];
            byte[] frame = new byte[BitConverter.ToInt32(header, 1)];
            connection.ReadExactly(frame);
            content.Write(frame);
        }
        while (last == 'D');
        return content.ToArray();
    }
}
