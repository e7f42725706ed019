using System.Buffers;
using System.IO.Pipelines;
using AlbertNative.Server.Requests;
using Microsoft.AspNetCore.Http.Features;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>Reads a call's bytes, and charges those that have come and are not taken yet to the budget of all bodies.</summary>
/// <param name="reader">The bytes.</param>
/// <param name="bodies">The budget.</param>
/// <param name="http">Whose they are.</param>
internal sealed class ChargedReader(PipeReader reader, RequestBodies bodies, HttpContext http) : PipeReader, IRequestBodyPipeFeature, IDisposable
{
    private readonly string _client = RequestBodies.ClientOf(http);
    private ReadOnlySequence<byte> _read;
    private long _charged;

    public PipeReader Reader => this;

    /// <summary>More bytes.</summary>
    /// <exception cref="global::Grpc.Core.RpcException">There is no room for them.</exception>
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Charge(await reader.ReadAsync(cancellationToken).ConfigureAwait(false));

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
    }

    private ReadResult Charge(ReadResult result)
    {
        _read = result.Buffer;
        long more = _read.Length - _charged;
        if (more > 0)
        {
            if (!bodies.Budget.TryTake(_client, more))
                throw GrpcDialect.ExceptionOf(RequestBodies.NoRoom());
            _charged += more;
        }
        return result;
    }
}
