using AlbertNative.Cli;

namespace AlbertNative.Tests.Cli;

public sealed class PageReportTests
{
    [Theory]
    [InlineData(0L, 0L, "refused")]
    [InlineData(16L << 20, null, "16 MB asked for as huge pages; the system does not tell")]
    [InlineData(16L << 20, 14L << 20, "16 MB asked for as huge pages, 14 MB of the process")]
    public void Says_what_was_asked_for_and_what_came(long advised, long? resident, string expected) =>
        Assert.Contains(expected, PageReport.Describe(advised, resident));
}
