using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace AlbertNative.Tests.Server;

/// <summary>What instruments of some meters were told, by their names and labels. A process may have meters of the same name.</summary>
internal sealed class MeterRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _sums = new();

    public MeterRecorder(params Meter[] meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Add(instrument, 1, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Add(instrument, 1, tags));
        _listener.Start();
    }

    /// <summary>Counters' sums, and how often histograms were told something, by <c>name label=value …</c>, the labels in their order.</summary>
    public IReadOnlyDictionary<string, double> Sums => _sums;

    /// <summary>The sum of a series; 0 where there is none.</summary>
    public double this[string series] => _sums.GetValueOrDefault(series);

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => _sums.AddOrUpdate(
        string.Join(' ', [instrument.Name, .. tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal)]),
        value, (_, sum) => sum + value);
}
