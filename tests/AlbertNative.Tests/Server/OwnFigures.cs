using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AlbertNative.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>
/// What one server counts from now on, by the names of its scheduler's instruments. What it exports is not its own alone: the servers of
/// a process share their meters' names, and one that ends takes series with it that another still writes to.
/// </summary>
internal sealed class OwnFigures : IDisposable
{
    private readonly ConcurrentDictionary<string, double> _sums = new();
    private readonly MeterListener _listener = new();

    public OwnFigures(LoopbackServerApp server)
    {
        Meter own = server.App.Services.GetRequiredService<InferenceScheduler>().Telemetry.Meter;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, own))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument, value));
        _listener.Start();
    }

    /// <summary>The sum of a counter over its labels, or what a gauge was at the last <see cref="Read"/>; 0 where nothing was said.</summary>
    public double this[string name] => _sums.GetValueOrDefault(name);

    /// <summary>Asks the gauges.</summary>
    public OwnFigures Read()
    {
        _listener.RecordObservableInstruments();
        return this;
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value) =>
        _sums.AddOrUpdate(instrument.Name, value, (_, sum) => instrument.IsObservable ? value : sum + value);
}
