namespace AlbertNative.Cli;

/// <summary>A batch that does not fit the model, which is no fault of the program's: names the place.</summary>
internal sealed class BatchException(string message, Exception? inner = null) : Exception(message, inner);
