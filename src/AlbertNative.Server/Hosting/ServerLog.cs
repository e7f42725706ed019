using AlbertNative.Server.Configuration;
using Microsoft.Extensions.Logging.Console;

namespace AlbertNative.Server.Hosting;

/// <summary>What is logged, and how: never a text, a path or a header of a client.</summary>
internal static class ServerLog
{
    public static void Add(ILoggingBuilder logging, ServerOptions options)
    {
        logging.SetMinimumLevel(options.LogLevel);
        // The frameworks' own lines name paths, methods and bad requests' contents below this level.
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Grpc", LogLevel.Warning);
        // Where this one is on, the framework makes an activity and a scope of each request, which nobody reads: traces have their own.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.None);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        // A terminal or a collector that does not read holds nobody up: lines are left out, which the log says.
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        if (options.LogFormat == LogFormat.Json)
            logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        else
            logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss "));
    }
}
