using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using AlbertNative.Extensions.AI;
using AlbertNative.Extensions.AI.Telemetry;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Extensions;

/// <summary>What logs, metrics and traces say of a call, under the conventions' names.</summary>
public sealed class TelemetryTests : IDisposable
{
    private readonly string _model = $"nano-{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _measurements = new();
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _traces;
    private readonly LogCollector _log = new();

    public TelemetryTests()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == AlbertTelemetry.Name)
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _meters.Start();
        _traces = new()
        {
            ShouldListenTo = source => source.Name == AlbertTelemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _activities.Enqueue,
        };
        ActivitySource.AddActivityListener(_traces);
    }

    public void Dispose()
    {
        _meters.Dispose();
        _traces.Dispose();
    }

    [Fact]
    public async Task An_embedding_call_is_measured_and_traced()
    {
        using TextEmbedder embedder = TextEmbedder.Load(ShippedModels.Nano);
        using AlbertEmbeddingGenerator generator = new(embedder, _model, logger: _log);
        using Activity caller = new Activity("request").Start();
        await generator.GenerateAsync(["the king", "the queen"], cancellationToken: TestContext.Current.CancellationToken);
        int tokens = embedder.Tokenizer.Encode("the king").Count + embedder.Tokenizer.Encode("the queen").Count;

        Assert.True(Single(AlbertTelemetry.OperationDuration).Value > 0);
        Assert.Equal(tokens, Single(AlbertTelemetry.TokenUsage).Value);
        Assert.Equal("input", Single(AlbertTelemetry.TokenUsage).Tags["gen_ai.token.type"]);
        Assert.Equal(2, Single(AlbertTelemetry.Texts).Value);
        Assert.True(Single(AlbertTelemetry.QueueDuration).Value >= 0);
        Assert.Equal([1, -1], Measured(AlbertTelemetry.QueueLength).Select(m => m.Value));
        Assert.All(Measured(null), m => Assert.Equal("embeddings", m.Tags["gen_ai.operation.name"]));
        Assert.All(Measured(null), m => Assert.Equal("albertnative", m.Tags["gen_ai.provider.name"]));

        Activity span = Assert.Single(_activities, a => a.DisplayName == $"embeddings {_model}");
        Assert.Equal(caller.Id, span.ParentId);
        Assert.Equal(ActivityKind.Internal, span.Kind);
        Assert.Equal(192, span.GetTagItem("gen_ai.embeddings.dimension.count"));
        Assert.Equal((long)tokens, span.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal(_model, span.GetTagItem("gen_ai.request.model"));
        Assert.Contains(_log.Lines, line => line.StartsWith($"Debug: embeddings with {_model}: 2 texts, {tokens} tokens", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_task_counts_its_tokens_and_a_failure_names_its_type()
    {
        using MaskFiller filler = MaskFiller.Load(ShippedModels.Nano);
        using AlbertRunner<MaskFiller> runner = new(filler, _model, logger: _log);
        await runner.RunAsync((f, stop) => f.Fill("The king of [MASK].", cancellationToken: stop), TestContext.Current.CancellationToken);
        Assert.Equal(filler.Tokenizer.Encode("The king of [MASK].").Count, Single(AlbertTelemetry.TokenUsage).Value);

        await Assert.ThrowsAsync<ArgumentException>(
            () => runner.RunAsync((f, stop) => f.Fill("secret", cancellationToken: stop), TestContext.Current.CancellationToken));
        var failed = Measured(AlbertTelemetry.OperationDuration).Last();
        Assert.Equal("fill_mask", failed.Tags["gen_ai.operation.name"]);
        Assert.Equal("System.ArgumentException", failed.Tags["error.type"]);
        Activity span = _activities.Last(a => a.DisplayName == $"fill_mask {_model}");
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("System.ArgumentException", span.GetTagItem("error.type"));
        Assert.Contains(_log.Lines, line => line == $"Warning: fill_mask with {_model} failed: System.ArgumentException");
    }

    [Fact]
    public async Task Texts_reach_neither_log_nor_trace_though_an_exception_quotes_them()
    {
        const string Secret = "\u0001\u0002"; // the tokenizer drops control characters, so that no target has a token
        using MaskFiller filler = MaskFiller.Load(ShippedModels.Nano);
        using AlbertRunner<MaskFiller> runner = new(filler, _model, logger: _log);
        FillMaskOptions options = new() { Targets = [Secret] };
        ArgumentException quoting = await Assert.ThrowsAsync<ArgumentException>(() => runner.RunAsync(
            (f, stop) => f.Fill("The king of [MASK].", options, stop), TestContext.Current.CancellationToken));
        Assert.Contains(Secret, quoting.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => runner.RunAsync<int>(
            (_, _) => throw new InvalidOperationException("no answer to " + Secret), TestContext.Current.CancellationToken));

        Assert.Equal(2, _log.Lines.Count);
        Assert.DoesNotContain(Secret, _log.Everything, StringComparison.Ordinal);
        Activity[] spans = [.. _activities.Where(a => a.DisplayName == $"fill_mask {_model}")];
        Assert.Equal(["System.ArgumentException", "System.InvalidOperationException"], spans.Select(span => span.StatusDescription));
        Assert.All(spans, span => Assert.Empty(span.Events));
        Assert.DoesNotContain(spans.SelectMany(span => span.TagObjects), tag => tag.Value is string text && text.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_task_has_a_name()
    {
        // A model's bare tensors of bare ids are no task: neither the command line nor the services have them.
        IEnumerable<Type> tasks = typeof(TextTask).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(TextTask)) && type != typeof(SequenceModel));
        Assert.Throws<ArgumentException>(() => TaskDescription.Of(typeof(SequenceModel)));
        Assert.All(tasks, task => Assert.NotEmpty(TaskDescription.Of(task).TelemetryName));
    }

    [Fact]
    public async Task Sparse_vectors_are_made_by_a_runner_too()
    {
        using SparseEmbedder embedder = SparseEmbedder.Load(ShippedModels.Nano);
        using AlbertRunner<SparseEmbedder> runner = new(embedder, _model, logger: _log);
        Assert.Equal(
            embedder.Embed("the king"),
            await runner.RunAsync((sparse, stop) => sparse.Embed("the king", stop), TestContext.Current.CancellationToken));
        Assert.Equal("embeddings", Single(AlbertTelemetry.OperationDuration).Tags["gen_ai.operation.name"]);
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Dictionary<string, object?> attributes = new(tags.ToArray());
        if (attributes["gen_ai.request.model"] as string == _model)
            _measurements.Enqueue((instrument.Name, value, attributes));
    }

    private (string Name, double Value, Dictionary<string, object?> Tags)[] Measured(string? name) =>
        [.. _measurements.Where(m => name is null || m.Name == name)];

    private (string Name, double Value, Dictionary<string, object?> Tags) Single(string name) => Assert.Single(Measured(name));
}
