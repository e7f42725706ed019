using System.Diagnostics;
using System.Text;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Samples;

/// <summary>A built sample or tool as users run it, in a process of its own.</summary>
internal static class SampleProcess
{
    public static Process Start(string sample, params string[] arguments) => Run(AppContext.BaseDirectory, sample, arguments);

    /// <summary>The same from the folder that it is built into: beside the tests lies no package that ASP.NET Core has.</summary>
    public static Process StartOwn(string sample, params string[] arguments)
    {
        DirectoryInfo framework = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Run(Path.Combine(SharedFolder.Repository, "samples", sample, "bin", framework.Parent!.Name, framework.Name), sample, arguments);
    }

    /// <summary>The same, with a folder for whatever it writes that it has not been told where.</summary>
    public static Process StartIn(string folder, string sample, params string[] arguments)
    {
        ProcessStartInfo start = Info(AppContext.BaseDirectory, sample, arguments);
        start.WorkingDirectory = start.Environment["TMPDIR"] = folder;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // the runtime's own pipes
        return Process.Start(start)!;
    }

    private static Process Run(string folder, string sample, string[] arguments) => Process.Start(Info(folder, sample, arguments))!;

    private static ProcessStartInfo Info(string folder, string sample, string[] arguments) =>
        new("dotnet", [Path.Combine(folder, sample + ".dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
}
