namespace AlbertNative.Cli;

/// <summary>What every command runs with.</summary>
/// <param name="Terminal">The streams.</param>
/// <param name="Cancellation">Ctrl-C.</param>
internal sealed record Session(Terminal Terminal, CancellationToken Cancellation);
