using System.Diagnostics;
using OpenTelemetry.Trace;

namespace AlbertNative.Server.Telemetry;

/// <summary>
/// Keeps a sampler's choice, the caller's own included, until so many traces of a second have begun here: whoever traces all that he
/// asks costs no more than that. A span within a trace goes with its parent: what was begun is whole. Thread-safe.
/// </summary>
/// <param name="choice">What chooses below the ceiling.</param>
/// <param name="time">The clock.</param>
internal sealed class TraceCeiling(Sampler choice, TimeProvider time) : Sampler
{
    /// <summary>Traces a second: some spans for the parts of a request, and one for each step that it takes part in.</summary>
    public const int PerSecond = 100;

    private readonly Lock _gate = new();
    private long _second;
    private int _begun;

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        SamplingResult chosen = choice.ShouldSample(samplingParameters);
        if (chosen.Decision == SamplingDecision.Drop)
            return chosen;
        ActivityContext parent = samplingParameters.ParentContext;
        bool beginsHere = parent.IsRemote || parent.TraceId == default;
        return !beginsHere || IsBelowCeiling() ? chosen : new SamplingResult(SamplingDecision.Drop);
    }

    private bool IsBelowCeiling()
    {
        long second = time.GetTimestamp() / time.TimestampFrequency;
        lock (_gate)
        {
            if (second != _second)
                (_second, _begun) = (second, 0);
            return _begun++ < PerSecond;
        }
    }
}
