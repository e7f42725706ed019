using System.Text.Json;
using AlbertNative.Server.Requests;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>Errors as statuses of gRPC.</summary>
internal sealed class GrpcDialect : Dialect
{
    public override string Name => "grpc";

    /// <summary>The status of an error.</summary>
    public static StatusCode CodeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.NoSuchTask => StatusCode.FailedPrecondition,
        ErrorKind.NoSuchModel => StatusCode.NotFound,
        ErrorKind.NoSuchRoute or ErrorKind.Method => StatusCode.Unimplemented,
        ErrorKind.Unauthorized => StatusCode.Unauthenticated,
        ErrorKind.Forbidden => StatusCode.PermissionDenied,
        ErrorKind.Overloaded or ErrorKind.Quota or ErrorKind.BodyTooLarge => StatusCode.ResourceExhausted,
        ErrorKind.NotReady => StatusCode.Unavailable,
        ErrorKind.Deadline => StatusCode.DeadlineExceeded,
        ErrorKind.Internal => StatusCode.Internal,
        _ => StatusCode.InvalidArgument,
    };

    /// <summary>An error as the framework wants it thrown, with the time after which to try again.</summary>
    public static RpcException ExceptionOf(RequestException error)
    {
        Metadata trailers = [];
        Status status = new(CodeOf(error.Kind), error.Message);
        if (error.RetryAfter is TimeSpan wait)
        {
            // What gRPC's own retries obey, and what its richer clients read.
            trailers.Add("grpc-retry-pushback-ms", ((long)wait.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture));
            RetryInfo retry = new() { RetryDelay = Duration.FromTimeSpan(wait) };
            trailers.SetRpcStatus(new Google.Rpc.Status { Code = (int)status.StatusCode, Message = status.Detail, Details = { Any.Pack(retry) } });
        }
        return new RpcException(status, trailers);
    }

    /// <summary>There are no bodies: what was found before a call began is a status, too.</summary>
    public override void Write(Utf8JsonWriter json, RequestException error)
    {
        json.WriteStartObject();
        json.WriteString("error"u8, error.Message);
        json.WriteEndObject();
    }
}
