using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using AlbertNative.Server.Requests;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http.Features;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>
/// Reads a call's bytes, and charges those that have come and are not taken yet to the budget of all bodies; and of each message what it
/// will take once it is read, before anybody reads it.
/// </summary>
/// <param name="reader">The bytes.</param>
/// <param name="bodies">The budget.</param>
/// <param name="http">Whose they are.</param>
/// <param name="type">The type of the call's messages; null where it is not known.</param>
/// <param name="free">So many bytes, of what has come and of what a message takes, are charged to nobody.</param>
internal sealed class ChargedReader(PipeReader reader, RequestBodies bodies, HttpContext http, MessageDescriptor? type, int free)
    : PipeReader, IRequestBodyPipeFeature, IDisposable
{
    /// <summary>What stands before a message: whether it is packed, and its length.</summary>
    private const int HeaderLength = 5;

    private readonly string _client = RequestBodies.ClientOf(http);
    private ReadOnlySequence<byte> _read;
    private long _charged;
    private MessageShare? _message;

    public PipeReader Reader => this;

    /// <summary>The share of the budget that the last message has; whoever takes it gives it back, else the next message or the call's end does.</summary>
    public MessageShare TakeShare()
    {
        MessageShare share = _message ?? new(bodies.Budget, _client, 0);
        _message = null;
        return share;
    }

    /// <summary>More bytes.</summary>
    /// <exception cref="global::Grpc.Core.RpcException">There is no room for them.</exception>
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ReadResult read;
        try
        {
            read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (http.RequestAborted.IsCancellationRequested || (e is IOException and not BadHttpRequestException))
        {
            GrpcMessages.Gone(http, RequestPhase.Reading);
            throw;
        }
        return Charge(read);
    }

    /// <summary>More bytes, where there are any.</summary>
    /// <exception cref="global::Grpc.Core.RpcException">There is no room for them.</exception>
    public override bool TryRead(out ReadResult result)
    {
        if (!reader.TryRead(out result))
            return false;
        Charge(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        long taken = Math.Min(_read.Slice(0, consumed).Length, _charged);
        _read = default;
        bodies.Budget.Return(_client, taken);
        _charged -= taken;
        reader.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => reader.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        Dispose();
        reader.Complete(exception);
    }

    /// <summary>Gives back what is charged.</summary>
    public void Dispose()
    {
        bodies.Budget.Return(_client, _charged);
        _charged = 0;
        _message?.Dispose();
        _message = null;
    }

    private ReadResult Charge(ReadResult result)
    {
        _read = result.Buffer;
        long more = Math.Max(0, _read.Length - free) - _charged;
        if (more > 0)
        {
            if (!bodies.Budget.TryTake(_client, more))
                throw GrpcDialect.ExceptionOf(RequestBodies.NoRoom());
            _charged += more;
        }
        if (MessageAtStart(_read) is ReadOnlySequence<byte> message)
            ChargeMessage(message);
        return result;
    }

    /// <summary>The message that the bytes begin with, once all of it has come; null before.</summary>
    private static ReadOnlySequence<byte>? MessageAtStart(ReadOnlySequence<byte> bytes)
    {
        if (bytes.Length <= HeaderLength)
            return null;
        Span<byte> header = stackalloc byte[HeaderLength];
        bytes.Slice(0, HeaderLength).CopyTo(header);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        return length <= bytes.Length - HeaderLength ? bytes.Slice(HeaderLength, length) : null;
    }

    private void ChargeMessage(ReadOnlySequence<byte> message)
    {
        _message?.Dispose();
        _message = null;
        long cost = MessageCost.Of(message, type);
        if (bodies.RefusalOf(cost) is RequestException refusal)
            throw GrpcDialect.ExceptionOf(refusal);
        cost = Math.Max(0, cost - free);
        if (!bodies.Budget.TryTake(_client, cost))
            throw GrpcDialect.ExceptionOf(RequestBodies.NoRoom());
        _message = new MessageShare(bodies.Budget, _client, cost);
    }
}

/// <summary>A message's share of the budget.</summary>
internal sealed class MessageShare(ByteBudget budget, string client, long bytes) : IDisposable
{
    private long _held = bytes;

    public long Bytes { get; } = bytes;

    /// <summary>Gives it back.</summary>
    public void Dispose() => budget.Return(client, Interlocked.Exchange(ref _held, 0));
}
