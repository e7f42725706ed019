using AlbertNative.Server.Documents;
using AlbertNative.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace AlbertNative.Tests.Server;

/// <summary>The OpenAPI document.</summary>
public sealed class ApiDocumentTests
{
    [Fact]
    public async Task It_is_valid_and_has_every_route_of_the_server()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("grpc", "127.0.0.1:0"));
        RawAnswer answer = await server.GetAsync("/openapi.json");
        Assert.Equal((200, "application/json"), (answer.Status, answer.Headers["content-type"]));

        ReadResult read = OpenApiDocument.Parse(answer.Text, OpenApiConstants.Json, new OpenApiReaderSettings { RuleSet = ValidationRuleSet.GetDefaultRuleSet() });

        Assert.Empty(read.Diagnostic!.Errors.Select(error => $"{error.Pointer}: {error.Message}"));
        Assert.Empty(read.Diagnostic.Warnings.Select(warning => $"{warning.Pointer}: {warning.Message}"));
        RouteEndpoint[] routes = [.. server.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(ApiDocument.IsHttp)];
        Assert.True(routes.Length > 40);
        foreach (RouteEndpoint route in routes)
        {
            foreach (RouteDocument document in ApiDocument.DocumentsOf(route))
            {
                string path = document.Path ?? ApiDocument.PathOf(route);
                Assert.True(read.Document!.Paths.TryGetValue(path, out IOpenApiPathItem? item), $"{path} is not in the document");
                string method = route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET";
                Assert.True(item.Operations!.ContainsKey(HttpMethod.Parse(method)), $"{method} {path} is not in the document");
            }
        }
    }

    [Fact]
    public async Task Every_route_says_what_it_does_and_no_two_operations_have_one_name()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        OpenApiDocument document = ApiDocument.Of(server.App.Services.GetRequiredService<EndpointDataSource>().Endpoints);

        OpenApiOperation[] operations = [.. document.Paths.Values.SelectMany(path => path.Operations!.Values)];

        Assert.All(operations, operation => Assert.False(operation.Summary!.StartsWith('/'), operation.Summary));
        Assert.Equal(operations.Length, operations.Select(operation => operation.OperationId).Distinct().Count());
    }

    [Fact]
    public async Task It_needs_a_key_where_keys_are_needed_and_is_not_there_where_nobody_wants_it()
    {
        await using LoopbackServerApp locked = await LoopbackServerApp.StartAsync(("api-key", "secret"));
        await using LoopbackServerApp without = await LoopbackServerApp.StartAsync(("no-openapi", "true"));

        Assert.Equal(401, (await locked.GetAsync("/openapi.json")).Status);
        Assert.Equal(200, (await locked.GetAsync("/api-doc/openapi.json", ("x-api-key", "secret"))).Status);
        Assert.Equal(404, (await without.GetAsync("/openapi.json")).Status);
    }
}
