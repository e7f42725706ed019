using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace AlbertNative.Spark;

/// <summary>
/// What a server writes of its streams for whoever looks after it: an object a line for each that has ended. It holds no text of
/// any row: what failed on one is told to whoever asked, and here that it did.
/// </summary>
/// <param name="writer">Where the lines go; any number of threads may write.</param>
internal sealed class ServerLog(TextWriter writer)
{
    private readonly TextWriter _writer = TextWriter.Synchronized(writer);

    /// <summary>A stream has been answered.</summary>
    /// <param name="counts">What of it.</param>
    /// <param name="started">When it began, of <see cref="Stopwatch.GetTimestamp"/>.</param>
    public void Answered(StreamCounts counts, long started) => Write("stream_answered", counts, started, error: null);

    /// <summary>A stream was refused, or failed.</summary>
    /// <param name="counts">What of it had been answered.</param>
    /// <param name="started">When it began.</param>
    /// <param name="failure">With what.</param>
    public void Failed(StreamCounts counts, long started, Exception failure) => Write("stream_failed", counts, started, failure switch
    {
        StreamException refused => refused.WithoutText,
        FormatException or ArgumentException or IOException => failure.Message,
        _ => $"{failure.GetType()}{Environment.NewLine}{failure.StackTrace}",
    });

    private void Write(string kind, StreamCounts counts, long started, string? error)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", DateTime.UtcNow);
            json.WriteString("event", kind);
            json.WriteString("task", counts.Task);
            json.WriteNumber("seconds", Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3));
            json.WriteNumber("batches", counts.Batches);
            json.WriteNumber("rows", counts.Rows);
            json.WriteNumber("failedRows", counts.FailedRows);
            if (error is not null)
                json.WriteString("error", error);
            json.WriteEndObject();
        }
        _writer.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
        _writer.Flush();
    }
}
