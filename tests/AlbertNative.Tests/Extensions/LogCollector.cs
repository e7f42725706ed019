using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AlbertNative.Tests.Extensions;

/// <summary>Keeps what is logged, as "Level: message", and the exceptions that go with it.</summary>
internal sealed class LogCollector : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<Exception> _exceptions = new();

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>All that a log would show: the lines, and the exceptions with their messages.</summary>
    public string Everything => string.Join('\n', [.. _lines, .. _exceptions.Select(e => e.ToString())]);

    public ILogger CreateLogger(string categoryName) => this;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
        if (exception is not null)
            _exceptions.Enqueue(exception);
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
