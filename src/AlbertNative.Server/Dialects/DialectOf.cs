using AlbertNative.Server.Dialects.Grpc;
using AlbertNative.Server.Dialects.HuggingFace;
using AlbertNative.Server.Dialects.Native;
using AlbertNative.Server.Dialects.OpenAI;
using AlbertNative.Server.Dialects.OpenInference;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects;

/// <summary>Whose errors a request gets.</summary>
internal static class DialectOf
{
    public static TeiDialect Tei { get; } = new();

    public static OpenAIDialect OpenAI { get; } = new();

    public static HuggingFaceDialect HuggingFace { get; } = new();

    public static OpenInferenceDialect OpenInference { get; } = new();

    public static NativeDialect Native { get; } = new();

    public static GrpcDialect Grpc { get; } = new();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Dialect> All { get; } = [Tei, OpenAI, HuggingFace, OpenInference, Native, Grpc];

    /// <summary>The dialect of the route that was found, or of those that begin like the path that was not.</summary>
    public static Dialect Endpoint(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<Dialect>()
        ?? (http.Request.Path.StartsWithSegments("/v1") ? OpenAI
            : http.Request.Path.StartsWithSegments("/v2") ? OpenInference
            : http.Request.Path.StartsWithSegments("/api") ? Native
            : http.Request.Path.StartsWithSegments("/models") || http.Request.Path.StartsWithSegments("/pipeline") ? HuggingFace
            : Tei);
}
