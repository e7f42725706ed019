using System.Diagnostics;
using OpenTelemetry.Trace;

namespace AlbertNative.Server.Telemetry;

/// <summary>
/// Samples what refers to a trace that is sampled, as the span of a step, which serves many traces and belongs to none of them; what refers
/// to none as others have it.
/// </summary>
internal sealed class LinkSampler(Sampler others) : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        foreach (ActivityLink link in samplingParameters.Links ?? [])
        {
            if (link.Context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
                return new SamplingResult(SamplingDecision.RecordAndSample);
        }
        return others.ShouldSample(samplingParameters);
    }
}
