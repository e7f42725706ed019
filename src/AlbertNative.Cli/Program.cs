using System.Runtime.InteropServices;
using AlbertNative.Cli;

// The first Ctrl-C, or a polite request to end, lets the command stop by itself; a second one ends the process.
using CancellationTokenSource cancellation = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);

return CommandLine.Run(args, new(Terminal.OfProcess(), cancellation.Token));

void Cancel(PosixSignalContext context)
{
    context.Cancel = !cancellation.IsCancellationRequested;
    cancellation.Cancel();
}
