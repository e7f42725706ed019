using System.IO.Pipelines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>
/// Holds every answer of some paths where its first bytes are to go out, until its client has gone: what else would take an answer
/// larger than all buffers on the way.
/// </summary>
internal sealed class GatedResponse(string path) : IStartupFilter
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when an answer has come as far as that.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Puts it into a server.</summary>
    public void AddTo(IServiceCollection services) => services.AddSingleton<IStartupFilter>(this);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((http, rest) =>
        {
            if (http.Request.Path == path)
                http.Features.Set<IHttpResponseBodyFeature>(new Body(http.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), new Gate(http, _reached)));
            return rest(http);
        });
        next(app);
    };

    private sealed class Body(IHttpResponseBodyFeature body, Gate gate) : IHttpResponseBodyFeature
    {
        private readonly GatedWriter _writer = new(body.Writer, gate);

        public Stream Stream => body.Stream;

        public PipeWriter Writer => _writer;

        public void DisableBuffering() => body.DisableBuffering();

        public Task StartAsync(CancellationToken cancellationToken = default) => body.StartAsync(cancellationToken);

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
            body.SendFileAsync(path, offset, count, cancellationToken);

        public Task CompleteAsync() => body.CompleteAsync();
    }

    private sealed class Gate(HttpContext http, TaskCompletionSource reached)
    {
        /// <summary>What the server's own pipe says of a client that has gone, once it knows.</summary>
        /// <exception cref="OperationCanceledException">Whoever writes wants to hear it so.</exception>
        public async ValueTask<FlushResult> WaitAsync(CancellationToken cancellationToken)
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return new FlushResult(isCanceled: false, isCompleted: true);
        }
    }

    private sealed class GatedWriter(PipeWriter writer, Gate gate) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => writer.CanGetUnflushedBytes;

        public override long UnflushedBytes => writer.UnflushedBytes;

        public override void Advance(int bytes) => writer.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => writer.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => writer.GetSpan(sizeHint);

        public override void CancelPendingFlush() => writer.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => writer.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => gate.WaitAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => gate.WaitAsync(cancellationToken);
    }
}
