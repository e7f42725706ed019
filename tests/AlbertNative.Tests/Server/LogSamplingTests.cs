using AlbertNative.Server.Telemetry;
using AlbertNative.Tests.Serving;

namespace AlbertNative.Tests.Server;

/// <summary>Which requests have a line where there are many.</summary>
public sealed class LogSamplingTests
{
    [Fact]
    public void Few_have_a_line_each_and_of_many_about_a_hundred_a_second_stand_for_all()
    {
        SimulatedClock clock = new();
        LogSampling sampling = new(clock);
        Assert.All(Second(sampling, clock, 100), sampled => Assert.Equal(1, sampled));
        // A burst has its first hundred lines and ever fewer, then settles.
        Assert.InRange(Second(sampling, clock, 10_000).Count(sampled => sampled > 0), 100, 700);
        int[] steady = Second(sampling, clock, 10_000);
        Assert.InRange(steady.Count(sampled => sampled > 0), 90, 110);
        Assert.InRange(steady.Sum(), 9_800, 10_200);
        // A quiet second later each has its line again.
        Second(sampling, clock, 1);
        Assert.Equal([1, 1, 1], Second(sampling, clock, 3));
        clock.Advance(3600);
        Assert.Equal(1, sampling.Next());
    }

    private static int[] Second(LogSampling sampling, SimulatedClock clock, int events)
    {
        int[] sampled = [.. Enumerable.Range(0, events).Select(_ => sampling.Next())];
        clock.Advance(1);
        return sampled;
    }
}
