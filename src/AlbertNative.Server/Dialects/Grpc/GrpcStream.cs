using AlbertNative.Server.Requests;
using Grpc.Core;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>Answers the messages of a stream in their order.</summary>
/// <param name="context">The call.</param>
/// <param name="requests">The messages.</param>
/// <param name="responses">Takes their answers.</param>
/// <param name="answer">Answers one.</param>
internal sealed class GrpcStream<TRequest, TResponse>(
    ServerCallContext context, IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses,
    Func<TRequest, CancellationToken, Task<TResponse>> answer)
{
    /// <summary>Answers all messages.</summary>
    /// <exception cref="RpcException">A message is refused, or is none; those before it have been answered.</exception>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async Task RunAsync()
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        StreamAnswers<Part> answers = new(() => ReadAsync(over.Token), part => WriteAsync(part, over.Token));
        try
        {
            await answers.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            // It has to let go of what it holds.
            await answers.AbandonAsync(static async part =>
            {
                using MessageShare share = part.Share;
                await part.Answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }).ConfigureAwait(false);
        }
    }

    private async Task<Part?> ReadAsync(CancellationToken call)
    {
        if (!await requests.MoveNext(call).ConfigureAwait(false))
            return null;
        return new Part(answer(requests.Current, call), GrpcMessages.TakeShare(context));
    }

    private async Task WriteAsync(Part part, CancellationToken call)
    {
        using MessageShare share = part.Share;
        TResponse response = await part.Response.ConfigureAwait(false);
        HttpContext http = context.GetHttpContext();
        try
        {
            await responses.WriteAsync(response, call).ConfigureAwait(false);
        }
        finally
        {
            // Not every such write throws.
            if (http.RequestAborted.IsCancellationRequested)
                GrpcMessages.Gone(http, RequestPhase.Writing);
        }
    }

    private sealed record Part(Task<TResponse> Response, MessageShare Share) : IStreamPart
    {
        public Task Answer => Response;

        public long Bytes => Share.Bytes;
    }
}
