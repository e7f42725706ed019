using AlbertNative.Server.Configuration;
using AlbertNative.Server.Requests;
using AlbertNative.Serving;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Http.Features;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>
/// Guards what the framework does before a call is answered here: the bytes of a message are charged as those of bodies are, what it
/// takes once it is read before it is read, and a message that is no protobuf is the client's fault, not an unknown one.
/// </summary>
internal sealed class GrpcMessages : Interceptor
{
    private static readonly FileDescriptor[] Protocols = [Tei.TeiReflection.Descriptor, Oip.InferenceReflection.Descriptor, HealthReflection.Descriptor];

    private static readonly string Unknown = Number(StatusCode.Unknown), Invalid = Number(StatusCode.InvalidArgument);

    /// <summary>
    /// What a probe's message may take without a share of the budget: a server whose bodies' memory is used up has to say that it lives.
    /// It is far less than what any call takes of the framework.
    /// </summary>
    private const int ProbeBytes = 1024;

    /// <summary>What a client has to read an answer that came at the last moment, before its call is cut off.</summary>
    private static readonly TimeSpan ReadingTime = TimeSpan.FromSeconds(5);

    /// <summary>Guards a call's endpoint.</summary>
    public static void Guard(EndpointBuilder endpoint)
    {
        if (endpoint.RequestDelegate is not RequestDelegate call)
            return;
        IMethod? method = endpoint.Metadata.OfType<GrpcMethodMetadata>().FirstOrDefault()?.Method;
        bool isUnary = method?.Type == MethodType.Unary;
        int free = method is not null && GrpcServices.IsProbe(method) ? ProbeBytes : 0;
        MessageDescriptor? type = method is null ? null : Protocols.SelectMany(protocol => protocol.Services)
            .FirstOrDefault(service => service.FullName == method.ServiceName)?.FindMethodByName(method.Name)?.InputType;
        endpoint.RequestDelegate = async http =>
        {
            RequestBodies bodies = http.RequestServices.GetRequiredService<RequestBodies>();
            using ChargedReader reader = new(http.Request.BodyReader, bodies, http, type, free);
            http.Features.Set<IRequestBodyPipeFeature>(reader);
            // A message has a limit, which the framework looks at; of a stream of them the whole has none.
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = null;
            using CancellationTokenSource? limit = isUnary ? new(http.RequestServices.GetRequiredService<ServerOptions>().RequestTimeout + ReadingTime) : null;
            using CancellationTokenRegistration? abort = limit?.Token.Register(http.Abort);
            await call(http).ConfigureAwait(false);
            if (http.Features.Get<CallState>() == CallState.Answered && http.RequestAborted.IsCancellationRequested)
                Gone(http, RequestPhase.Writing);
            // Of a call whose only message cannot be read the framework says no more than that.
            if (!http.Response.HasStarted && http.Features.Get<CallState>() is null && http.Response.Headers.GrpcStatus == Unknown)
            {
                http.Response.Headers.GrpcStatus = Invalid;
                http.Response.Headers.GrpcMessage = NoProtobuf().Message;
            }
        };
    }

    /// <summary>Takes over the share of the budget that the message has which a stream gave last: it is held until that is answered.</summary>
    public static MessageShare TakeShare(ServerCallContext context) =>
        ((ChargedReader)context.GetHttpContext().Features.GetRequiredFeature<IRequestBodyPipeFeature>()).TakeShare();

    /// <summary>Notes that a call's answer is known: what is left is to write it.</summary>
    public static void Answered(HttpContext http) => http.Features.Set(CallState.Answered);

    /// <summary>Counts, once, that a call's client has gone, where no request of it does.</summary>
    public static void Gone(HttpContext http, RequestPhase phase)
    {
        if (http.Features.Get<CallState>() == CallState.Gone)
            return;
        http.Features.Set(CallState.Gone);
        http.RequestServices.GetRequiredService<InferenceScheduler>().Telemetry.Cancelled(RequestPhases.NameOf(phase));
    }

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Begin(context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Begin(context);
        return continuation(request, responseStream, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Begin(context);
        return continuation(new Messages<TRequest>(requestStream), context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Begin(context);
        return continuation(new Messages<TRequest>(requestStream), responseStream, context);
    }

    private static void Begin(ServerCallContext context) => context.GetHttpContext().Features.Set(CallState.Begun);

    private static RequestException NoProtobuf() => new(ErrorKind.Malformed, "the message is no protobuf of its kind");

    private static string Number(StatusCode status) => ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>How far a call has come; nothing before its first message was read, where it has only one.</summary>
    private sealed class CallState
    {
        /// <summary>Its first message was read, or it may have many.</summary>
        public static readonly CallState Begun = new();

        /// <summary>Its answer is known.</summary>
        public static readonly CallState Answered = new();

        /// <summary>Its client has gone, which is counted.</summary>
        public static readonly CallState Gone = new();
    }

    private sealed class Messages<T>(IAsyncStreamReader<T> stream) : IAsyncStreamReader<T>
    {
        public T Current => stream.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                return await stream.MoveNext(cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidProtocolBufferException)
            {
                throw GrpcDialect.ExceptionOf(NoProtobuf());
            }
        }
    }
}
