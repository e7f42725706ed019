using System.Diagnostics;
using AlbertNative.Server.Telemetry;
using AlbertNative.Tests.Serving;
using OpenTelemetry.Trace;

namespace AlbertNative.Tests.Server;

/// <summary>How many traces of a second are kept, whoever wants them.</summary>
public sealed class TraceCeilingTests
{
    private readonly SimulatedClock _clock = new();
    private readonly TraceCeiling _ceiling;

    public TraceCeilingTests() => _ceiling = new TraceCeiling(new ParentBasedSampler(new TraceIdRatioBasedSampler(1)), _clock);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_second_has_so_many_and_the_next_as_many_again(bool callerTraces)
    {
        ActivityContext parent = callerTraces ? Parent(isRemote: true, ActivityTraceFlags.Recorded) : default;

        for (int second = 0; second < 3; second++)
        {
            Assert.Equal(TraceCeiling.PerSecond, Enumerable.Range(0, 10 * TraceCeiling.PerSecond).Count(_ => IsSampled(parent)));
            _clock.Advance(1);
        }
    }

    [Fact]
    public void What_was_begun_is_whole_and_who_wants_no_trace_takes_no_place()
    {
        Assert.All(Enumerable.Range(0, 2 * TraceCeiling.PerSecond), _ => Assert.False(IsSampled(Parent(isRemote: true, ActivityTraceFlags.None))));
        Assert.Equal(TraceCeiling.PerSecond, Enumerable.Range(0, 2 * TraceCeiling.PerSecond).Count(_ => IsSampled(default)));

        Assert.True(IsSampled(Parent(isRemote: false, ActivityTraceFlags.Recorded)));
        Assert.False(IsSampled(Parent(isRemote: false, ActivityTraceFlags.None)));
    }

    private bool IsSampled(ActivityContext parent) => _ceiling.ShouldSample(
        new SamplingParameters(parent, ActivityTraceId.CreateRandom(), "POST /embed", ActivityKind.Server)).Decision == SamplingDecision.RecordAndSample;

    private static ActivityContext Parent(bool isRemote, ActivityTraceFlags flags) =>
        new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags, traceState: null, isRemote);
}
