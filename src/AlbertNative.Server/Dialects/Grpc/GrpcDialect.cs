using System.Text.Json;
using AlbertNative.Server.Requests;
using Grpc.Core;

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
        if (error.RetryAfter is TimeSpan wait)
        {
            trailers.Add("grpc-retry-pushback-ms", ((long)wait.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        return new RpcException(new Status(CodeOf(error.Kind), error.Message), trailers);
    }

    /// <summary>There are no bodies: what was found before a call began is a status, too.</summary>
    public override void Write(Utf8JsonWriter json, RequestException error)
    {
        json.WriteStartObject();
        json.WriteString("error"u8, error.Message);
        json.WriteEndObject();
    }
}
