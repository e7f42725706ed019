using System.Diagnostics;
using AlbertNative.Server.Configuration;
using AlbertNative.Testing;
using AlbertNative.Tests.Samples;

namespace AlbertNative.Tests.Server;

/// <summary>What platforms and other servers' environments say: Vertex AI's and SageMaker's routes, text-embeddings-inference's variables.</summary>
public sealed class PlatformTests
{
    private const string Instances = """{"instances":[{"inputs":"the king"},{"inputs":["a","b"]}]}""";

    [Fact]
    public async Task Vertex_AI_names_port_and_routes_and_its_routes_go_before_others()
    {
        ServerOptions options = Read(new() { ["AIP_HTTP_PORT"] = "7080", ["AIP_PREDICT_ROUTE"] = "/embed", ["AIP_HEALTH_ROUTE"] = "/v1/endpoints/7/deployedModels/8:health" }, ("ALBERT_HTTP", "127.0.0.1:8080"));
        Assert.Equal("0.0.0.0:7080", options.Http.ToString());
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("predict-route", options.PredictRoute!), ("health-route", options.HealthRoute!));

        RawAnswer predicted = await server.PostAsync("/embed?alt=json", Instances);
        Assert.Equal(200, predicted.Status);
        Assert.Equal((await server.PostAsync("/vertex", Instances)).Text, predicted.Text);
        Assert.StartsWith("""{"predictions":[[[""", predicted.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await server.GetAsync("/v1/endpoints/7/deployedModels/8:health")).Status);
        Assert.Equal(404, (await server.GetAsync("/v1/endpoints/7/deployedModels/9:health")).Status);
    }

    [Fact]
    public async Task Instances_have_together_as_many_texts_as_any_request()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("max-client-batch-size", "4"));

        RawAnswer refused = await server.PostAsync("/vertex", """{"instances":[{"inputs":["a","b"]},{"inputs":["c","d"]},{"inputs":"e"}]}""");

        Assert.Equal(422, refused.Status);
        Assert.Contains("batch size 5 > maximum allowed batch size 4", refused.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await server.PostAsync("/vertex", """{"instances":[{"inputs":["a","b"]},{"inputs":[2,5,3]},{"inputs":"e"}]}""")).Status);
    }

    [Fact]
    public async Task SageMaker_asks_whether_it_lives_and_invokes()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();

        Assert.Equal((200, 0), ((await server.GetAsync("/ping")).Status, (await server.GetAsync("/ping")).Body.Length));
        Assert.Equal((await server.PostAsync("/embed", """{"inputs":"a"}""")).Text, (await server.PostAsync("/invocations", """{"inputs":"a"}""")).Text);
    }

    [Fact]
    public void The_variables_of_text_embeddings_inference_are_settings_where_they_mean_the_same()
    {
        Dictionary<string, string> tei = new()
        {
            ["MODEL_ID"] = "/data/model",
            ["SERVED_MODEL_NAME"] = "sentences",
            ["POOLING"] = "cls",
            ["DEFAULT_PROMPT_NAME"] = "query",
            ["DEFAULT_PROMPT"] = "query: ",
            ["MAX_CLIENT_BATCH_SIZE"] = "32",
            ["PAYLOAD_LIMIT"] = "2000000",
            ["AUTO_TRUNCATE"] = "true",
            ["API_KEY"] = "secret",
            ["HOSTNAME"] = "4f5c8a1b",
            ["PORT"] = "80",
            ["UDS_PATH"] = "/tmp/tei.sock",
            ["OTLP_ENDPOINT"] = "http://collector:4317",
            ["CORS_ALLOW_ORIGIN"] = "https://one,https://two",
            ["JSON_OUTPUT"] = "false",
            ["TASK"] = "sentence-similarity",
            ["MAX_BATCH_TOKENS"] = "16384",
            ["DTYPE"] = "float16",
        };
        OptionsReader reader = ReaderOf(tei, ("ALBERT_TEI_ENV", "true"), ("ALBERT_PAYLOAD_LIMIT", "1MiB"));
        ServerOptions options = reader.Build();

        Assert.Equal(("sentences", "/data/model", AlbertNative.Pooling.Cls, "query"), (options.Models[0].Name, options.Models[0].Path, options.Models[0].Pooling, options.Models[0].DefaultPrompt));
        Assert.Equal((32, 1L << 20, Overlong.Truncate, "secret"), (options.MaxClientBatchSize, options.PayloadLimit, options.Overlong, options.ApiKey));
        Assert.Equal(("0.0.0.0:80", "/tmp/tei.sock", "query: "), (options.Http.ToString(), options.UnixSocket, options.DefaultPrompt));
        Assert.Equal(["https://one", "https://two"], options.CorsOrigins);
        Assert.Equal((LogFormat.Text, RootTask.SentenceSimilarity), (options.LogFormat, options.RootTask));
        Assert.Equal(
            ["HOSTNAME is no address: the server listens on 0.0.0.0", "MAX_BATCH_TOKENS is not applied: --step-tokens are those of a pass, --max-request-tokens those of a request", "DTYPE is not applied: it stands behind a model: --model NAME=PATH,precision=int8"],
            reader.Notes);

        Assert.Empty(ReaderOf(tei).Build().Models);
        tei["PAYLOAD_LIMIT"] = "much";
        Assert.StartsWith("PAYLOAD_LIMIT: ", Assert.Throws<FormatException>(() => Read(tei, ("ALBERT_TEI_ENV", "true"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_default_prompt_stands_before_texts_whose_request_names_none()
    {
        await using LoopbackServerApp plain = await LoopbackServerApp.StartAsync();
        await using LoopbackServerApp prompted = await LoopbackServerApp.StartAsync(("default-prompt", "the king of "));

        Assert.Equal((await plain.PostAsync("/embed", """{"inputs":"the king of Judah"}""")).Text, (await prompted.PostAsync("/embed", """{"inputs":"Judah"}""")).Text);
        Assert.Equal((await plain.PostAsync("/tokenize", """{"inputs":"the king of Judah"}""")).Text, (await prompted.PostAsync("/tokenize", """{"inputs":"Judah"}""")).Text);
    }

    [Theory]
    [InlineData("--batch-delay=2ms", "there is no --batch-delay: nothing waits for company")]
    [InlineData("--write-timeout=5s", "there is no --write-timeout: --write-rate")]
    [InlineData("--max-batch-tokens=16384", "there is no --max-batch-tokens: --step-tokens")]
    public async Task Settings_of_other_servers_are_refused_with_what_there_is_instead(string argument, string reason)
    {
        using Process process = SampleProcess.Start("albert-serve", argument);
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _ = await output;

        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains("--write-rate", Assert.Throws<FormatException>(() => new OptionsReader().ReadEnvironment([new("ALBERT_WRITE_TIMEOUT", "5s")])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("predict")]
    [InlineData("/")]
    [InlineData("/a//b")]
    [InlineData("/a?b")]
    [InlineData("/{model}")]
    public void A_route_is_a_path(string route) =>
        Assert.StartsWith("AIP_PREDICT_ROUTE: ", Assert.Throws<FormatException>(() => Read(new() { ["AIP_PREDICT_ROUTE"] = route })).Message, StringComparison.Ordinal);

    private static ServerOptions Read(Dictionary<string, string> variables, params (string Name, string Value)[] own) => ReaderOf(variables, own).Build();

    private static OptionsReader ReaderOf(Dictionary<string, string> variables, params (string Name, string Value)[] own)
    {
        OptionsReader reader = new();
        reader.ReadEnvironment(own.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)));
        reader.ReadPlatforms(variables);
        return reader;
    }
}
