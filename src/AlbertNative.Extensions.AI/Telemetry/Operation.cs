using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace AlbertNative.Extensions.AI.Telemetry;

/// <summary>A task of a model, as logs, metrics and traces call it.</summary>
internal sealed class Operation(string name, string modelId, ILogger logger)
{
    public string ModelId { get; } = modelId;

    public string Name { get; } = name;

    public ILogger Logger { get; } = logger;

    /// <summary>The attributes that everything carries.</summary>
    public TagList Tags() => new()
    {
        { "gen_ai.operation.name", Name },
        { "gen_ai.provider.name", AlbertTelemetry.ProviderName },
        { "gen_ai.request.model", ModelId },
    };

    /// <summary>More or fewer calls wait.</summary>
    public void QueueChanged(int change) => AlbertTelemetry.QueueLengths.Add(change, Tags());

    /// <summary>A call begins.</summary>
    public OperationCall Start(CallUsage usage) => new(this, usage);
}
