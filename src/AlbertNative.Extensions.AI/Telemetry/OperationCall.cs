using System.Diagnostics;

namespace AlbertNative.Extensions.AI.Telemetry;

/// <summary>One call from its arrival to its end: a span, its measurements, its line in the log.</summary>
internal sealed class OperationCall : IDisposable
{
    private readonly Operation _operation;
    private readonly CallUsage _usage;
    private readonly long _start = Stopwatch.GetTimestamp();
    private Exception? _failure;

    public OperationCall(Operation operation, CallUsage usage)
    {
        _operation = operation;
        _usage = usage;
        // The conventions' kind for a model in the caller's own process.
        Activity = AlbertTelemetry.Source.StartActivity(
            $"{operation.Name} {operation.ModelId}", ActivityKind.Internal, default(ActivityContext), operation.Tags());
    }

    /// <summary>The span; null where nobody listens.</summary>
    public Activity? Activity { get; }

    /// <summary>The call's turn has come.</summary>
    public void Running() => AlbertTelemetry.QueueDurations.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, _operation.Tags());

    /// <summary>The call ends with an exception.</summary>
    public void Fail(Exception failure) => _failure = failure;

    /// <summary>The call has ended.</summary>
    public void Dispose()
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_start);
        Measure(elapsed);
        Trace();
        if (_failure is null)
            Log.Completed(_operation.Logger, _operation.Name, _operation.ModelId, _usage.Inputs, _usage.Tokens, elapsed.TotalMilliseconds);
        else if (_failure is OperationCanceledException)
            Log.Cancelled(_operation.Logger, _operation.Name, _operation.ModelId, elapsed.TotalMilliseconds);
        else
            Log.Failed(_operation.Logger, _operation.Name, _operation.ModelId, ErrorType(_failure));
    }

    private void Measure(TimeSpan elapsed)
    {
        TagList tags = _operation.Tags();
        if (_usage.Inputs > 0)
            AlbertTelemetry.TextCounter.Add(_usage.Inputs, tags);

        TagList duration = tags;
        if (_failure is not null)
            duration.Add("error.type", ErrorType(_failure));
        AlbertTelemetry.OperationDurations.Record(elapsed.TotalSeconds, duration);

        tags.Add("gen_ai.token.type", "input");
        if (_usage.Tokens > 0)
            AlbertTelemetry.TokenUsages.Record((int)long.Min(_usage.Tokens, int.MaxValue), tags);
    }

    private void Trace()
    {
        if (Activity is null)
            return;
        Activity.SetTag("gen_ai.usage.input_tokens", _usage.Tokens);
        if (_failure is not null)
        {
            Activity.SetTag("error.type", ErrorType(_failure));
            // An exception's message may quote a text, which is nobody's business in a trace.
            Activity.SetStatus(ActivityStatusCode.Error, ErrorType(_failure));
        }
        Activity.Dispose();
    }

    private static string ErrorType(Exception failure) => failure.GetType().FullName!;
}
