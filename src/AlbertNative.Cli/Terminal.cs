using System.Text;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>Where the command reads and writes: the process's streams, or a test's.</summary>
internal sealed class Terminal
{
    private readonly TextWriter _error = TextWriter.Null;

    /// <summary>UTF-8 without a byte order mark, on the way out.</summary>
    public static Encoding Utf8 { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    public required Stream Input { get; init; }

    public required Stream Output { get; init; }

    /// <summary>The error stream; what is written to it is cleaned as <see cref="CleanOutput"/> says.</summary>
    public required TextWriter Error
    {
        get => new CleanOutput.Writer(_error);
        init => _error = value;
    }

    /// <summary>Whether a person reads the output: tables, not JSON lines.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether a person reads the error stream: progress may be shown.</summary>
    public bool ErrorIsTerminal { get; init; }

    public static Terminal OfProcess() => new()
    {
        Input = Console.OpenStandardInput(),
        Output = OpenOutput(),
        Error = new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true },
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
    };

    /// <summary>What people see: colours and tables where the output is a terminal, plain text elsewhere.</summary>
    public IAnsiConsole CreateConsole() => CreateConsole(new StreamWriter(Output, Utf8) { AutoFlush = true }, OutputIsTerminal);

    /// <summary>The same for the error stream.</summary>
    public IAnsiConsole CreateErrorConsole() => CreateConsole(_error, ErrorIsTerminal);

    /// <summary>Writes over the line of the error stream that the cursor is on; only for a terminal.</summary>
    public void Redraw(string line) => _error.Write($"\r{CleanOutput.Clean(line)}\u001b[K");

    private static IAnsiConsole CreateConsole(TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new()
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        console.Pipeline.Attach(new CleanOutput.Hook());
        return console;
    }

    // The console's own stream swallows a closed pipe, so `albert ... | head` would compute to the end for nobody.
    // A pipe is therefore written as a file is. (A seekable file is not: its position belongs to the shell, too.)
    private static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return Console.OpenStandardOutput();

        FileStream pipe = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
    }
}
