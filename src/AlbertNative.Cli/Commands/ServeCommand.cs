using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AlbertNative.Cli;

/// <summary>
/// <c>albert serve</c>: becomes <c>albert-serve</c>, a program of its own, so that this one needs no web server. It is looked for
/// beside this program, where the shell would, and where .NET installs tools.
/// </summary>
internal sealed class ServeCommand : Command
{
    public const string Word = "serve";
    public const string Summary = $"Serve models over HTTP: starts {Program} with all that follows (albert serve -- --help)";

    private const string Program = "albert-serve";

    private readonly Func<string?> _find;

    public ServeCommand()
        : this(Find)
    {
    }

    /// <summary>For tests.</summary>
    /// <param name="find">The program's path; null where there is none.</param>
    public ServeCommand(Func<string?> find)
        : base(Word, Summary)
    {
        _find = find;
        TreatUnmatchedTokensAsErrors = false;
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        string program = _find() ?? throw new BadInputException(
            $"{Program} is not installed: get it with \"dotnet tool install --global AlbertNative.Server.Tool\", "
            + "or unpack its archive (tools/publish.sh makes it) beside this program or in a folder of PATH");
        return OperatingSystem.IsWindows() ? Start(program, parsed.UnmatchedTokens) : Become(program, parsed.UnmatchedTokens);
    }

    /// <summary>
    /// Goes on as the program, in this process: whatever signal it gets and whatever code it ends with are the program's own.
    /// </summary>
    /// <returns>Never.</returns>
    private static int Become(string program, IReadOnlyList<string> arguments)
    {
        RemoveDiagnosticSocket();
        string?[] words = [program, .. arguments, null];
        nint[] pointers = [.. words.Select(Marshal.StringToCoTaskMemUTF8)];
        _ = Execute(pointers[0], in pointers[0]);
        int error = Marshal.GetLastPInvokeError();
        Array.ForEach(pointers, Marshal.FreeCoTaskMem);
        throw new BadInputException($"{program} could not be started: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>
    /// The runtime's socket for diagnostics is named after the process, and would keep the program's runtime from opening its own.
    /// </summary>
    private static void RemoveDiagnosticSocket()
    {
        string folder = Path.GetTempPath();
        if (!Directory.Exists(folder))
            return;
        foreach (string socket in Directory.EnumerateFiles(folder, $"dotnet-diagnostic-{Environment.ProcessId}-*-socket"))
            File.Delete(socket);
    }

    /// <summary>Waits for the program, which gets the console's signals as this one does.</summary>
    private static int Start(string program, IReadOnlyList<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))
            ?? throw new BadInputException($"{program} could not be started");
        process.WaitForExit();
        return process.ExitCode;
    }

    // Words as pointers: what the runtime would marshal an array of strings with is not in a trimmed program.
    [DllImport("libc", EntryPoint = "execv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execute(nint program, in nint words);

    private static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? Program + ".exe" : Program;
        IEnumerable<string> folders =
        [
            AppContext.BaseDirectory,
            // An installed tool lies elsewhere than the program of its name.
            Path.GetDirectoryName(Environment.ProcessPath) ?? "",
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet", "tools"),
        ];
        return folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(CanRun);
    }

    private static bool CanRun(string file)
    {
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & execute) != 0);
    }
}
