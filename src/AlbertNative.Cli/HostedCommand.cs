using System.CommandLine;
using System.Runtime.InteropServices;

namespace AlbertNative.Cli;

/// <summary>A command as a process: its streams and its signals.</summary>
internal static class HostedCommand
{
    /// <summary>
    /// Runs a command. The first Ctrl-C, or a polite request to end, lets it stop by itself; a second one ends the process.
    /// </summary>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static int Run(Func<Session, Command> create, string[] arguments)
    {
        using CancellationTokenSource cancellation = new();
        bool terminated = false;
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        Session session = new(Terminal.OfProcess(), cancellation.Token);
        int code = CommandLine.Run(create(session), arguments, session);
        return code == ExitCode.Interrupted && Volatile.Read(ref terminated) ? ExitCode.Terminated : code;

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = !cancellation.IsCancellationRequested;
            if (context.Cancel)
                Volatile.Write(ref terminated, context.Signal == PosixSignal.SIGTERM);
            cancellation.Cancel();
        }
    }
}
