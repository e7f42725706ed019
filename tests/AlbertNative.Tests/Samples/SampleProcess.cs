using System.Diagnostics;
using System.Text;

namespace AlbertNative.Tests.Samples;

/// <summary>A built sample or tool as users run it, in a process of its own.</summary>
internal static class SampleProcess
{
    public static Process Start(string sample, params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, sample + ".dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        })!;
}
