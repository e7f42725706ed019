using System.Diagnostics;
using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;
using AlbertNative.Server.Telemetry;
using Grpc.Core;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>Calls of gRPC on the ways of all other requests: the same limits, models, log and metrics.</summary>
internal sealed class GrpcCalls(
    ServerOptions options, ServedModels models, ScheduledInference inference, RequestBodies bodies, ApiKeys keys, RequestTelemetry telemetry, TimeProvider time)
{
    /// <summary>The options.</summary>
    public ServerOptions Options => options;

    /// <summary>Answers a call of one message.</summary>
    /// <param name="context">The call.</param>
    /// <param name="answer">Answers.</param>
    /// <param name="needsRoom">Whether it is refused at once where there is no room for what it asks.</param>
    /// <param name="model">The model that it names; null for what its metadata say, or the default.</param>
    /// <exception cref="RpcException">It is refused.</exception>
    public Task<T> AnswerAsync<T>(
        ServerCallContext context, Func<RequestWork, Task<T>> answer, bool needsRoom = true, string? model = null) => RunAsync(context, async work =>
    {
        T result = await answer(work).ConfigureAwait(false);
        HeaderDictionary headers = [];
        work.Request.Timings.WriteTo(headers);
        Metadata initial = new() { { "x-model", Uri.EscapeDataString(work.Model.Name) }, { "x-model-version", work.Model.Version } };
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues value) in headers)
            initial.Add(name, value.ToString());
        using Activity? span = work.Request.BeginWriting();
        await context.WriteResponseHeadersAsync(initial).ConfigureAwait(false);
        // The framework does not say that nobody has taken them.
        context.GetHttpContext().RequestAborted.ThrowIfCancellationRequested();
        return result;
    }, needsRoom, model);

    /// <summary>Answers the messages of a stream, in their order; where there is no room for one, the client waits.</summary>
    /// <exception cref="RpcException">A message is refused; those before it have been answered.</exception>
    public Task StreamAsync<TRequest, TResponse>(
        ServerCallContext context, IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses,
        Func<RequestWork, TRequest, Task<TResponse>> answer) =>
        new GrpcStream<TRequest, TResponse>(context, requests, responses, (message, over) => PartAsync(context, message, answer, model: null, over))
            .RunAsync();

    /// <summary>Answers a message of a stream, once there is room for it.</summary>
    /// <exception cref="RpcException">It is refused.</exception>
    public Task<TResponse> PartAsync<TRequest, TResponse>(
        ServerCallContext context, TRequest message, Func<RequestWork, TRequest, Task<TResponse>> answer, string? model, CancellationToken over) =>
        RunAsync(context, isPart: true, async request =>
        {
            RequestWork work = new(request, await models.FindAsync(request, model).ConfigureAwait(false), inference);
            return await Room.WaitAsync(request, time, () => answer(work, message)).ConfigureAwait(false);
        }, over);

    /// <summary>A text of a message, as one that came in JSON.</summary>
    /// <exception cref="RequestException">It is empty, or too long.</exception>
    public static TeiInput Input(string text, RequestWork work) => new(NotEmpty(TeiLimits.Text(text, "inputs", work.Request.Options), "inputs"), null);

    /// <summary>What two fields say about long texts; absent fields are false in proto3.</summary>
    /// <exception cref="RequestException">There is no such direction.</exception>
    public static Overlong LongTextsOf(bool truncate, Tei.TruncationDirection direction) => direction switch
    {
        Tei.TruncationDirection.Right => truncate ? Overlong.Truncate : Overlong.Refuse,
        Tei.TruncationDirection.Left => truncate ? Overlong.TruncateStart : Overlong.Refuse,
        _ => throw new RequestException(ErrorKind.Invalid, "`truncation_direction` must be right or left", "truncation_direction"),
    };

    /// <summary>What a request cost.</summary>
    public static Tei.Metadata MetadataOf(RequestWork work)
    {
        RequestTimings timings = work.Request.Timings;
        return new Tei.Metadata
        {
            ComputeChars = (uint)timings.Characters,
            ComputeTokens = (uint)timings.Tokens,
            TotalTimeNs = Nanoseconds(timings.Total),
            TokenizationTimeNs = Nanoseconds(timings.Tokenization),
            QueueTimeNs = Nanoseconds(timings.Queue),
            InferenceTimeNs = Nanoseconds(timings.Inference),
        };
    }

    private static string NotEmpty(string text, string path) => text.Length > 0 ? text : throw TeiInput.Empty(path);

    private static ulong Nanoseconds(TimeSpan span) => (ulong)(span.Ticks * 100);

    /// <summary>Answers one message, of a call or of a stream, by a model.</summary>
    /// <exception cref="RpcException">It is refused.</exception>
    public Task<T> RunAsync<T>(ServerCallContext context, Func<RequestWork, Task<T>> answer, bool needsRoom, string? model) => RunAsync(context, async request =>
    {
        if (needsRoom && inference.RefusalOf(request) is RequestException refusal)
            throw refusal;
        return await answer(new RequestWork(request, await models.FindAsync(request, model).ConfigureAwait(false), inference)).ConfigureAwait(false);
    });

    /// <summary>Answers one message that asks no model.</summary>
    /// <exception cref="RpcException">It is refused.</exception>
    public Task<T> RunAsync<T>(ServerCallContext context, Func<ServerRequest, Task<T>> answer) =>
        RunAsync(context, isPart: false, answer, context.CancellationToken);

    private async Task<T> RunAsync<T>(ServerCallContext context, bool isPart, Func<ServerRequest, Task<T>> answer, CancellationToken over)
    {
        HttpContext http = context.GetHttpContext();
        using ServerRequest request = new(http, DialectOf.Grpc, options, bodies, time, over) { Client = keys.ClientOf(http), IsPart = isPart };
        // Its message has been read.
        request.Phase = RequestPhase.Queued;
        RequestException? error = null;
        try
        {
            T result = await answer(request).ConfigureAwait(false);
            if (!isPart)
                GrpcMessages.Answered(http);
            return result;
        }
        catch (RequestException e)
        {
            error = e;
            throw GrpcDialect.ExceptionOf(e);
        }
        catch (OperationCanceledException) when (request.IsExpired)
        {
            error = new RequestException(ErrorKind.Deadline, $"the call was not done within {request.Timeout.TotalMilliseconds:0} ms");
            throw GrpcDialect.ExceptionOf(error);
        }
        catch (Exception e) when (e is OperationCanceledException || http.RequestAborted.IsCancellationRequested)
        {
            request.Gone();
            throw;
        }
        catch (Exception e) when (e is not RpcException)
        {
            // Of an exception the type alone is written: its message may quote a text.
            error = new RequestException(ErrorKind.Internal, $"the server has failed: {e.GetType().Name}");
            throw GrpcDialect.ExceptionOf(error);
        }
        finally
        {
            telemetry.Ended(request, context.Method, error is null ? StatusCodes.Status200OK : DialectOf.Grpc.StatusOf(error.Kind), error);
        }
    }
}
