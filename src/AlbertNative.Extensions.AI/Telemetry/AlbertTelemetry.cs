using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AlbertNative.Extensions.AI.Telemetry;

/// <summary>
/// Names of what can be observed: those of OpenTelemetry's semantic conventions for generative AI (metrics and spans,
/// version 1.37), and this project's own for texts and queue. OpenTelemetry hears of them with
/// <c>AddMeter(AlbertTelemetry.Name)</c> and <c>AddSource(AlbertTelemetry.Name)</c>.
/// </summary>
public static class AlbertTelemetry
{
    /// <summary>The name of the meter, of the activity source and of the log's category.</summary>
    public const string Name = "AlbertNative";

    /// <summary>What <c>gen_ai.provider.name</c> says.</summary>
    public const string ProviderName = "albertnative";

    /// <summary>Histogram: how long calls took in seconds, the wait in the queue included.</summary>
    public const string OperationDuration = "gen_ai.client.operation.duration";

    /// <summary>Histogram: tokens of a call.</summary>
    public const string TokenUsage = "gen_ai.client.token.usage";

    /// <summary>Counter: texts (pairs, questions) that went through a model.</summary>
    public const string Texts = "albertnative.texts";

    /// <summary>Up-down counter: calls that wait for their turn.</summary>
    public const string QueueLength = "albertnative.queue.length";

    /// <summary>Histogram: how long calls waited for their turn, in seconds.</summary>
    public const string QueueDuration = "albertnative.queue.duration";

    // The conventions' buckets.
    private static readonly double[] Seconds = [.. Enumerable.Range(0, 14).Select(i => 0.01 * (1 << i))];
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 14).Select(i => 1 << (2 * i))];

    private static readonly string? Version = typeof(AlbertTelemetry).Assembly.GetName().Version?.ToString(3);

    internal static ActivitySource Source { get; } = new(Name, Version);

    private static readonly Meter Meter = new(Name, Version);

    internal static Histogram<double> OperationDurations { get; } = Meter.CreateHistogram(
        OperationDuration, "s", "GenAI operation duration.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    internal static Histogram<int> TokenUsages { get; } = Meter.CreateHistogram(
        TokenUsage, "{token}", "Number of input and output tokens used.", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = Tokens });

    internal static Counter<long> TextCounter { get; } = Meter.CreateCounter<long>(Texts, "{text}", "Texts that went through a model.");

    internal static UpDownCounter<int> QueueLengths { get; } = Meter.CreateUpDownCounter<int>(
        QueueLength, "{call}", "Calls that wait for their turn.");

    internal static Histogram<double> QueueDurations { get; } = Meter.CreateHistogram(
        QueueDuration, "s", "How long calls waited for their turn.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
}
