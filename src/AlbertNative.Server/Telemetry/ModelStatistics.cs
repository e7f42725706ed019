using System.Text.Json;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Telemetry;

/// <summary>Counts what one version of a model does.</summary>
/// <param name="name">Its name.</param>
/// <param name="version">Its version.</param>
internal sealed class ModelStatistics(string name, string version)
{
    private readonly Lock _gate = new();
    private StatisticsSnapshot _counted = new(null, 0, default, default, default, default, default, default);

    /// <summary>The model's name.</summary>
    public string Name => name;

    /// <summary>Its version.</summary>
    public string Version => version;

    /// <summary>What was counted until now.</summary>
    public StatisticsSnapshot Snapshot
    {
        get
        {
            lock (_gate)
                return _counted;
        }
    }

    /// <summary>Counts a request.</summary>
    public void Add(RequestTimings timings, bool isAnswered, DateTimeOffset now)
    {
        TimeSpan total = timings.Total;
        lock (_gate)
        {
            _counted = isAnswered
                ? _counted with
                {
                    Last = now,
                    Texts = _counted.Texts + timings.Texts,
                    Success = _counted.Success.With(total),
                    Queue = _counted.Queue.With(timings.Queue),
                    Input = _counted.Input.With(timings.Tokenization),
                    Infer = _counted.Infer.With(timings.Inference),
                    Output = _counted.Output.With(Positive(total - timings.Queue - timings.Tokenization - timings.Inference)),
                }
                : _counted with { Last = now, Fail = _counted.Fail.With(total) };
        }
    }

    /// <summary>Writes Triton's object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        StatisticsSnapshot counted = Snapshot;
        json.WriteStartObject();
        json.WriteStartArray("model_stats"u8);
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("version"u8, version);
        json.WriteNumber("last_inference"u8, counted.Last?.ToUnixTimeMilliseconds() ?? 0);
        json.WriteNumber("inference_count"u8, counted.Texts);
        json.WriteNumber("execution_count"u8, counted.Success.Count);
        json.WriteStartObject("inference_stats"u8);
        Write(json, "success"u8, counted.Success);
        Write(json, "fail"u8, counted.Fail);
        Write(json, "queue"u8, counted.Queue);
        Write(json, "compute_input"u8, counted.Input);
        Write(json, "compute_infer"u8, counted.Infer);
        Write(json, "compute_output"u8, counted.Output);
        json.WriteEndObject();
        json.WriteStartArray("batch_stats"u8);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Parts of one request overlap where its texts are computed beside each other.
    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, StatisticDuration duration)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count"u8, duration.Count);
        json.WriteNumber("ns"u8, duration.Nanoseconds);
        json.WriteEndObject();
    }
}
