namespace AlbertNative.Cli;

/// <summary>A table that cannot be used, whatever its rows hold: the run ends, also where bad rows are skipped.</summary>
internal sealed class TableException(string message) : FormatException(message);
