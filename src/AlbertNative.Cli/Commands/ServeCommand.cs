using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AlbertNative.Cli;

/// <summary>
/// <c>albert serve</c>: starts <c>albert-serve</c>, a program of its own, so that this one needs no web server. It is looked for
/// beside this program, then where the shell would.
/// </summary>
internal sealed class ServeCommand : Command
{
    private const string Program = "albert-serve";
    private const int SigTerm = 15;

    private readonly Session _session;
    private readonly Func<string?> _find;

    public ServeCommand(Session session)
        : this(session, Find)
    {
    }

    /// <summary>For tests.</summary>
    /// <param name="session">Where it reads and writes.</param>
    /// <param name="find">The program's path; null where there is none.</param>
    public ServeCommand(Session session, Func<string?> find)
        : base("serve", $"Serve models over HTTP: starts {Program} with all that follows (albert serve -- --help)")
    {
        _session = session;
        _find = find;
        TreatUnmatchedTokensAsErrors = false;
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        string program = _find() ?? throw new BadInputException(
            $"{Program} is not installed: publish src/AlbertNative.Server, and put what comes of it beside this program or on PATH");
        using Process process = Process.Start(new ProcessStartInfo(program, parsed.UnmatchedTokens))
            ?? throw new BadInputException($"{program} could not be started");
        // A terminal sends its signals to both; of one that only this process gets the server hears, too, and drains.
        using CancellationTokenRegistration cancelled = _session.Cancellation.Register(() => Terminate(process));
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void Terminate(Process process)
    {
        if (process.HasExited)
            return;
        if (OperatingSystem.IsWindows())
            process.Kill();
        else
            _ = Kill(process.Id, SigTerm);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    private static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? Program + ".exe" : Program;
        IEnumerable<string> folders = [AppContext.BaseDirectory, .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)];
        return folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }
}
