using AlbertNative.Server.Dialects.Grpc;
using AlbertNative.Server.Dialects.Native;
using AlbertNative.Server.Dialects.OpenAI;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Requests;
using Microsoft.OpenApi;

namespace AlbertNative.Server.Documents;

/// <summary>
/// The OpenAPI document: the schemas of <c>openapi.json</c>, and a path for every route that the server has bound, so that none
/// can be missing.
/// </summary>
internal static class ApiDocument
{
    private const string Template = "openapi.json";
    private static readonly string[] RequestHeaders = ["Model", "RequestId", "Timeout", "Priority"];

    /// <summary>Makes the document of a server's routes.</summary>
    /// <exception cref="InvalidOperationException">A route is described by a schema that there is not.</exception>
    public static OpenApiDocument Of(IEnumerable<Endpoint> endpoints)
    {
        OpenApiDocument document = ReadTemplate();
        document.Info.Version = ServerVersion.Text;
        foreach (RouteEndpoint endpoint in endpoints.OfType<RouteEndpoint>().Where(IsHttp).OrderBy(route => route.RoutePattern.RawText, StringComparer.Ordinal))
        {
            Dialect? dialect = endpoint.Metadata.GetMetadata<Dialect>();
            foreach (RouteDocument route in DocumentsOf(endpoint))
            {
                Add(document, route.Path ?? PathOf(endpoint), MethodOf(endpoint), route, dialect);
                if (route.OtherPath is string other)
                    Add(document, other, MethodOf(endpoint), route, dialect);
            }
        }
        return document;
    }

    /// <summary>Whether a route is one of HTTP; what is only of gRPC has its own descriptions.</summary>
    public static bool IsHttp(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<Dialect>() is not GrpcDialect;

    /// <summary>The path of a route's pattern: <c>/v1/models/{**model}</c> is <c>/v1/models/{model}</c>.</summary>
    public static string PathOf(RouteEndpoint endpoint) =>
        "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{**", "{", StringComparison.Ordinal);

    /// <summary>What is said of a route; of one that says nothing itself, what it is called.</summary>
    public static IEnumerable<RouteDocument> DocumentsOf(RouteEndpoint endpoint)
    {
        IReadOnlyList<RouteDocument> documents = endpoint.Metadata.GetOrderedMetadata<RouteDocument>();
        return documents.Count > 0 ? documents : [new RouteDocument(PathOf(endpoint))];
    }

    private static HttpMethod MethodOf(RouteEndpoint endpoint) =>
        HttpMethod.Parse(endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [string first, ..] ? first : HttpMethods.Get);

    private static OpenApiDocument ReadTemplate()
    {
        using StreamReader reader = new(typeof(ApiDocument).Assembly.GetManifestResourceStream(Template)!);
        return OpenApiDocument.Parse(reader.ReadToEnd(), OpenApiConstants.Json).Document!;
    }

    private static void Add(OpenApiDocument document, string path, HttpMethod method, RouteDocument route, Dialect? dialect)
    {
        if (!document.Paths.TryGetValue(path, out IOpenApiPathItem? item))
            document.Paths.Add(path, item = new OpenApiPathItem { Operations = [] });
        OpenApiOperation operation = new()
        {
            Summary = route.Summary,
            OperationId = OperationIdOf(method, path),
            Parameters = [.. ParametersIn(path), .. Headers(document, method, route)],
            Responses = new OpenApiResponses { ["200"] = Response(document, "The answer", route.Response, route.ResponseType, route.OtherType, "x-request-id") },
        };
        if (route.Request is not null)
            operation.RequestBody = new OpenApiRequestBody { Required = !route.MayLackBody, Content = Content(document, route.Request, "application/json", route.OtherType) };
        if (dialect is not null)
        {
            operation.Tags = new HashSet<OpenApiTagReference> { new(dialect.Name, document) };
            // Every other status. Not 4XX and 5XX: there are generators of clients that take them for numbers.
            operation.Responses["default"] = Response(
                document, "The request is refused, or the server cannot answer", ErrorOf(dialect), "application/json", null, "x-request-id", "retry-after");
        }
        item.Operations!.Add(method, operation);
    }

    private static OpenApiResponse Response(
        OpenApiDocument document, string description, string? schema, string type, string? otherType, params ReadOnlySpan<string> headers)
    {
        OpenApiResponse response = new()
        {
            Description = description,
            Content = schema is null ? null : Content(document, schema, type, otherType),
            Headers = new Dictionary<string, IOpenApiHeader>(),
        };
        foreach (string header in headers)
            response.Headers.Add(header, new OpenApiHeaderReference(header, document));
        return response;
    }

    private static Dictionary<string, IOpenApiMediaType> Content(OpenApiDocument document, string schema, string type, string? otherType)
    {
        Dictionary<string, IOpenApiMediaType> content = new() { [type] = new OpenApiMediaType { Schema = Reference(document, schema) } };
        if (otherType is not null)
            content[otherType] = new OpenApiMediaType();
        return content;
    }

    private static OpenApiSchemaReference Reference(OpenApiDocument document, string schema) =>
        document.Components?.Schemas?.ContainsKey(schema) == true
            ? new OpenApiSchemaReference(schema, document)
            : throw new InvalidOperationException($"{Template} has no schema {schema}");

    private static IEnumerable<IOpenApiParameter> ParametersIn(string path)
    {
        foreach (string part in path.Split('{').Skip(1))
        {
            yield return new OpenApiParameter
            {
                Name = part[..part.IndexOf('}', StringComparison.Ordinal)],
                In = ParameterLocation.Path,
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }
    }

    private static IEnumerable<IOpenApiParameter> Headers(OpenApiDocument document, HttpMethod method, RouteDocument route) =>
        method == HttpMethod.Post && route.Request is not null
            ? RequestHeaders.Select(name => new OpenApiParameterReference(name, document))
            : [];

    private static string ErrorOf(Dialect dialect) => dialect switch
    {
        TeiDialect => "TeiError",
        OpenAIDialect => "OpenAIError",
        NativeDialect => "NativeError",
        _ => "PlainError",
    };

    // Its words, as generators of clients make names of them: postV2ModelsModelInfer.
    private static string OperationIdOf(HttpMethod method, string path) => method.Method.ToLowerInvariant() + string.Concat(
        path.Split(['/', '{', '}', '_', '-', '.'], StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]))
        + (path == "/" ? "Root" : "");
}
