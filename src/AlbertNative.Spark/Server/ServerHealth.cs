using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace AlbertNative.Spark;

/// <summary>
/// What a server says of itself to whoever sends <c>PING</c> instead of a stream: one line of JSON. It takes no part in what is
/// computed, so that a server that does not answer stands still.
/// </summary>
internal sealed class ServerHealth(ModelPool models, StreamCounts counts)
{
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>What is sent; an Arrow stream begins with another byte.</summary>
    public static ReadOnlySpan<byte> Question => "PING\n"u8;

    /// <summary>The line.</summary>
    /// <param name="streams">How many streams are being answered.</param>
    public ReadOnlyMemory<byte> Line(int streams)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("protocol", StreamRequest.Protocol);
            json.WriteString("version", StreamRequest.Version);
            json.WriteNumber("process", Environment.ProcessId);
            json.WriteNumber("seconds", Math.Round(Stopwatch.GetElapsedTime(_started).TotalSeconds, 3));
            json.WriteNumber("streams", streams);
            json.WriteNumber("batches", counts.Batches);
            json.WriteNumber("rows", counts.Rows);
            json.WriteNumber("failedRows", counts.FailedRows);
            json.WriteNumber("failedStreams", counts.FailedStreams);
            json.WriteNumber("residentBytes", Environment.WorkingSet);
            json.WriteStartObject("models");
            foreach ((string name, string hash) in models.Hashes)
                json.WriteString(name, hash);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}
