using Microsoft.Extensions.Logging;

namespace AlbertNative.Extensions.AI.Telemetry;

/// <summary>What the log says. Never a text: those are the application's users'.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Opened {Path} in {Milliseconds:F0} ms")]
    public static partial void Opened(ILogger logger, string path, double milliseconds);

    [LoggerMessage(6, LogLevel.Error, "{Path} cannot be opened")]
    public static partial void OpeningFailed(ILogger logger, Exception failure, string path);

    [LoggerMessage(7, LogLevel.Information, "Warmed up {Path} in {Milliseconds:F0} ms")]
    public static partial void WarmedUp(ILogger logger, string path, double milliseconds);

    [LoggerMessage(8, LogLevel.Error, "{Path} cannot be warmed up; tried again in {Seconds:F0} s")]
    public static partial void WarmUpFailed(ILogger logger, Exception failure, string path, double seconds);

    [LoggerMessage(2, LogLevel.Error, "{Task} cannot be made of {Path}")]
    public static partial void LoadFailed(ILogger logger, Exception failure, string task, string path);

    [LoggerMessage(3, LogLevel.Debug, "{Operation} with {Model}: {Texts} texts, {Tokens} tokens in {Milliseconds:F1} ms")]
    public static partial void Completed(ILogger logger, string operation, string model, long texts, long tokens, double milliseconds);

    [LoggerMessage(4, LogLevel.Debug, "{Operation} with {Model} was cancelled after {Milliseconds:F1} ms")]
    public static partial void Cancelled(ILogger logger, string operation, string model, double milliseconds);

    // The caller gets the exception. Its message may quote a text, so that neither it nor the exception is logged here.
    [LoggerMessage(5, LogLevel.Warning, "{Operation} with {Model} failed: {ErrorType}")]
    public static partial void Failed(ILogger logger, string operation, string model, string errorType);
}
