namespace AlbertNative.Cli;

/// <summary>Input that cannot be used, said in one line; the exit code is 1.</summary>
internal sealed class BadInputException(string message) : Exception(message);
