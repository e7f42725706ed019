using Google.Protobuf;
using Grpc.Core;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>
/// Answers the messages of a stream in their order. A few are computed ahead of what is written, together with each other; beyond them
/// nothing is read, and the network makes the client wait.
/// </summary>
/// <param name="requests">The messages.</param>
/// <param name="responses">Takes their answers.</param>
/// <param name="answer">Answers one.</param>
internal sealed class GrpcStream<TRequest, TResponse>(
    IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, Func<TRequest, CancellationToken, Task<TResponse>> answer)
    where TRequest : IMessage
{
    private const int MostAhead = 64;
    private const long MostBytesAhead = 256 << 10;

    private readonly Queue<(Task<TResponse> Answer, int Bytes)> _ahead = new();
    private long _bytesAhead;
    private Task<bool>? _next;

    /// <summary>Answers all messages.</summary>
    /// <exception cref="RpcException">A message is refused, or is none; those before it have been answered.</exception>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async Task RunAsync(CancellationToken call)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(call);
        try
        {
            await AnswerAsync(over.Token).ConfigureAwait(false);
        }
        finally
        {
            // Nobody waits for what is still ahead, but it has to let go of what it holds.
            await over.CancelAsync().ConfigureAwait(false);
            if (_next is not null)
                await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach ((Task<TResponse> ahead, _) in _ahead)
                await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AnswerAsync(CancellationToken call)
    {
        Task? end = null;
        while (true)
        {
            if (_next is null && end is null && _ahead.Count < MostAhead && _bytesAhead < MostBytesAhead)
                _next = requests.MoveNext(call);
            bool hasOldest = _ahead.TryPeek(out (Task<TResponse> Answer, int Bytes) oldest);
            if (hasOldest && (_next is null || oldest.Answer.IsCompleted))
            {
                await responses.WriteAsync(await oldest.Answer.ConfigureAwait(false), call).ConfigureAwait(false);
                _ahead.Dequeue();
                _bytesAhead -= oldest.Bytes;
            }
            else if (_next is null)
            {
                await end!.ConfigureAwait(false); // throws what was wrong with the last message
                return;
            }
            else if (_next.IsCompleted)
            {
                if (_next.IsCompletedSuccessfully && await _next.ConfigureAwait(false))
                    Begin(requests.Current, call);
                else
                    end = _next;
                _next = null;
            }
            else
            {
                await Task.WhenAny(_next, hasOldest ? oldest.Answer : (Task)_next).ConfigureAwait(false);
            }
        }
    }

    private void Begin(TRequest message, CancellationToken call)
    {
        int bytes = message.CalculateSize();
        _ahead.Enqueue((answer(message, call), bytes));
        _bytesAhead += bytes;
    }
}
