using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using AlbertNative.Server.Dialects.Grpc.Oip;
using AlbertNative.Server.Dialects.Grpc.Tei;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Samples;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace AlbertNative.Tests.Server;

/// <summary>
/// Ten thousand requests by all dialects, with a word of their own each wherever a client can write one: answered, refused, broken and
/// left in their midst. What the server keeps, tells others or says of an error holds none of the words.
/// </summary>
public sealed partial class CanaryTests
{
    private const int Requests = 10_000;

    /// <summary>How each word begins: finding none of these finds no word, nor most of one.</summary>
    private const string Canary = "qzxkvjwq";

    private static readonly string[] Paths =
    [
        "/embed", "/embed_all", "/embed_sparse", "/predict", "/rerank", "/similarity", "/tokenize", "/decode", "/vertex", "/invocations", "/",
        "/v1/embeddings", "/v1/rerank", "/models/nano", "/models/tagger", "/models/W", "/pipeline/W/nano", "/models/nano/pipeline/feature-extraction",
        "/v2/models/nano/infer", "/v2/models/W/infer", "/v2/repository/models/W/load", "/api/embed", "/api/fill-mask", "/api/tag", "/api/tokenize",
        "/nowhere/W",
    ];

    private static readonly string[] Bodies =
    [
        """{"inputs":"W"}""", """{"inputs":["W [MASK]","W"]}""", """{"input":"W","model":"nano"}""", """{"input":"W","model":"W"}""", """{"W":1,"W":2}""",
        """{"inputs":["W",""", """{"inputs":["W"],"options":{"W":1}}""", "W", """{"query":"W","texts":["W",1]}""", """{"query":"W","documents":["W"],"W":"W"}""",
        """{"inputs":{"source_sentence":"W","sentences":["W"]}}""", """{"inputs":[{"name":"text","datatype":"BYTES","shape":[1],"data":["W"]}]}""",
        """{"inputs":[{"name":"W","datatype":"W","shape":[1],"data":["W"]}],"outputs":[{"name":"W"}]}""",
        """{"inputs":"W","truncation_direction":"W","prompt_name":"W"}""", "{\"inputs\":\"W\\ud800\"}", """{"model":"tagger","inputs":["W"],"offsets":"W"}""",
    ];

    private static readonly string[] Types = ["application/json", "application/x-ndjson", "application/octet-stream", "text/W"];

    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    /// <summary>What clients were told of errors.</summary>
    private readonly ConcurrentQueue<string> _told = new();

    private int _echoes;

    [Fact]
    public async Task No_word_of_a_client_is_in_a_log_a_metric_a_trace_an_error_or_a_file()
    {
        using TemporaryFolder folder = new();
        await using OtlpCollector collector = await OtlpCollector.StartAsync();
        using Process process = SampleProcess.StartIn(
            folder.Path, "albert-serve", "--model", $"nano={ShippedModels.Nano}", "--model", $"tagger={ShippedModels.Tagger}", "--http", "127.0.0.1:0",
            "--grpc", "127.0.0.1:0", "--log-level", "trace", "--drain-delay", "0", "--not-ready-delay", "0", "--otlp-endpoint", collector.Address, "--trace-ratio", "1");
        (Uri[] addresses, Task<string> log) = await ServerProgram.ListenAsync(process, listeners: 2);
        Task<string> errors = process.StandardError.ReadToEndAsync(Stop);
        using HttpClient client = new() { BaseAddress = addresses[0] };
        await ServerProgram.WaitUntilReadyAsync(client);
        using GrpcChannel channel = GrpcChannel.ForAddress(addresses[1]);

        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Stop }, async (i, _) =>
        {
            string word = WordOf(i);
            switch (i % 16)
            {
                case < 10:
                    await PostAsync(client, i, word);
                    break;
                case < 13:
                    await CallAsync(channel, i / 16, word);
                    break;
                case 13:
                    await SendBrokenAsync(channel, addresses[1], word, isFrame: i / 16 % 2 == 0);
                    break;
                case 14:
                    await LeaveAsync(channel, word);
                    break;
                default:
                    await LeaveAsync(addresses[0], i / 16, word);
                    break;
            }
        });
        string metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Stop);
        ServerProgram.Signal(process, "TERM");
        await process.WaitForExitAsync(Stop);

        // It was all there: the requests came, were logged and traced, and a text is given back to whoever asks for it.
        string written = await log;
        Assert.True(RequestLine().Count(written) > 100, written[..Math.Min(written.Length, 10_000)]);
        Assert.True(CountOf(metrics) > Requests / 2, metrics);
        Assert.All(
            (string[])["/opentelemetry.proto.collector.trace.v1.TraceService/Export", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "albert.compute"],
            part => Assert.Contains(part, collector.Received, StringComparison.Ordinal));
        Assert.True(_told.Count > Requests / 4, $"{_told.Count} errors");
        Assert.True(_echoes > 0, "no answer held its text");

        AssertNone("the log", written);
        AssertNone("standard error", await errors);
        AssertNone("the metrics", metrics);
        AssertNone("what the collector got", collector.Received);
        Assert.All(_told, error => AssertNone("an error", error));
        foreach (string file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
            AssertNone(file, file + Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Stop)));
    }

    private async Task PostAsync(HttpClient client, int i, string word)
    {
        string path = In(Paths[i % Paths.Length], word), body = In(Bodies[i / 2 % Bodies.Length], word);
        using HttpRequestMessage request = new(i % 97 == 0 ? HttpMethod.Get : HttpMethod.Post, i % 5 == 0 ? $"{path}?q={word}&{word}=1" : path);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.TryAddWithoutValidation("content-type", In(i % 4 > 0 ? Types[0] : Types[i / 4 % Types.Length], word));
        if (i % 3 == 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", word);
        if (i % 7 == 0)
            request.Headers.Add("x-model", word);
        foreach (string name in (string[])["x-priority", "x-request-timeout-ms", "user-agent", "traceparent", "cookie", "x-" + word])
            request.Headers.TryAddWithoutValidation(name, word);
        using HttpResponseMessage answer = await client.SendAsync(request, Stop);
        string text = await answer.Content.ReadAsStringAsync(Stop);
        if (!answer.IsSuccessStatusCode)
            _told.Enqueue($"{answer.ReasonPhrase} {answer.Headers} {text}");
        else if (text.Contains(word, StringComparison.Ordinal))
            Interlocked.Increment(ref _echoes);
    }

    private async Task CallAsync(GrpcChannel channel, int i, string word)
    {
        GRPCInferenceService.GRPCInferenceServiceClient oip = new(channel);
        Grpc.Core.Metadata headers = new() { { "authorization", $"Bearer {word}" }, { "user-agent", word }, { "traceparent", word }, { "x-" + word, word } };
        if (i % 3 == 0)
            headers.Add("x-model", word);
        ModelInferRequest infer = new()
        {
            ModelName = i % 2 == 0 ? "nano" : word,
            Id = word,
            Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = i % 5 == 0 ? word : "text", Datatype = i % 7 == 0 ? word : "BYTES", Shape = { 1 } } },
            RawInputContents = { Sized(word) },
        };
        if (i % 4 == 0)
            infer.Parameters[i % 8 == 0 ? word : "task"] = new InferParameter { StringParam = word };
        try
        {
            switch (i % 9)
            {
                case 0:
                    await new Embed.EmbedClient(channel).EmbedAsync(new EmbedRequest { Inputs = word }, headers, cancellationToken: Stop);
                    break;
                case 1:
                    await new Embed.EmbedClient(channel).EmbedAsync(new EmbedRequest { Inputs = word, PromptName = word }, headers, cancellationToken: Stop);
                    break;
                case 2:
                    await new Predict.PredictClient(channel).PredictAsync(new PredictRequest { Inputs = word }, headers, cancellationToken: Stop);
                    break;
                case 3:
                    await new Tokenize.TokenizeClient(channel).TokenizeAsync(new EncodeRequest { Inputs = word }, headers, cancellationToken: Stop);
                    break;
                case 4:
                    await oip.ModelMetadataAsync(new ModelMetadataRequest { Name = word, Version = word }, headers, cancellationToken: Stop);
                    break;
                case 5:
                    await oip.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { ModelName = word, RepositoryName = word }, headers, cancellationToken: Stop);
                    break;
                case 6:
                    using (AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream = oip.ModelStreamInfer(headers, cancellationToken: Stop))
                    {
                        await stream.RequestStream.WriteAsync(infer, Stop);
                        await stream.RequestStream.CompleteAsync();
                        await foreach (ModelStreamInferResponse answer in stream.ResponseStream.ReadAllAsync(Stop))
                            _told.Enqueue(answer.ErrorMessage);
                    }
                    break;
                default:
                    await oip.ModelInferAsync(infer, headers, cancellationToken: Stop);
                    break;
            }
        }
        catch (RpcException e)
        {
            Tell(e);
        }
    }

    /// <summary>A message that is none, or one that is cut.</summary>
    private async Task SendBrokenAsync(GrpcChannel channel, Uri address, string word, bool isFrame)
    {
        if (isFrame)
        {
            Method<byte[], byte[]> method = new(MethodType.Unary, "tei.v1.Embed", "Embed", Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes), Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes));
            try
            {
                await channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(cancellationToken: Stop), Encoding.ASCII.GetBytes(word));
            }
            catch (RpcException e)
            {
                Tell(e);
            }
            return;
        }
        using HttpClient client = new() { BaseAddress = address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using HttpRequestMessage request = new(HttpMethod.Post, $"/tei.v1.Embed/{word}") { Content = new ByteArrayContent([0, 0, 0, 0, 99, .. Encoding.ASCII.GetBytes(word)]) };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using HttpResponseMessage answer = await client.SendAsync(request, Stop);
        _told.Enqueue($"{answer.Headers} {await answer.Content.ReadAsStringAsync(Stop)} {answer.TrailingHeaders}");
    }

    /// <summary>Leaves a call of gRPC, wherever it is by then.</summary>
    private async Task LeaveAsync(GrpcChannel channel, string word)
    {
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        AsyncUnaryCall<EmbedResponse> call = new Embed.EmbedClient(channel).EmbedAsync(new EmbedRequest { Inputs = word }, cancellationToken: leaving.Token);
        await leaving.CancelAsync();
        try
        {
            await call;
        }
        catch (RpcException e)
        {
            Tell(e);
        }
    }

    /// <summary>Leaves a request in the midst of its body, or behind it.</summary>
    private static async Task LeaveAsync(Uri address, int i, string word)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        await socket.ConnectAsync(address.Host, address.Port, Stop);
        string body = In(Bodies[i % Bodies.Length], word);
        int length = body.Length + (i % 2 == 0 ? 100 : 0);
        await socket.SendAsync(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"POST {In(Paths[i % Paths.Length], word)} HTTP/1.1\r\nhost: {word}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")), Stop);
    }

    private void Tell(RpcException e) => _told.Enqueue($"{e.Status} {string.Join(' ', e.Trailers.Select(trailer => trailer.IsBinary ? Encoding.Latin1.GetString(trailer.ValueBytes) : trailer.Value))}");

    private static void AssertNone(string where, string text)
    {
        int at = text.IndexOf(Canary, StringComparison.OrdinalIgnoreCase);
        Assert.True(at < 0, at < 0 ? "" : $"{where} holds a word: {text.Substring(Math.Max(0, at - 300), Math.Min(600, text.Length - Math.Max(0, at - 300)))}");
    }

    private static string In(string template, string word) => template.Replace("W", word, StringComparison.Ordinal);

    private static string WordOf(int i)
    {
        Random random = new(i);
        return Canary + string.Concat(Enumerable.Range(0, 16).Select(_ => (char)('a' + random.Next(26))));
    }

    private static ByteString Sized(string text) => ByteString.CopyFrom([.. BitConverter.GetBytes(text.Length), .. Encoding.ASCII.GetBytes(text)]);

    /// <summary>How many requests the metrics have counted.</summary>
    private static double CountOf(string metrics) => RequestCount().Matches(metrics).Sum(match => double.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex("request_id=")]
    private static partial Regex RequestLine();

    [GeneratedRegex("^albertnative_requests_total\\{[^}]*\\} (?<count>[0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex RequestCount();
}
