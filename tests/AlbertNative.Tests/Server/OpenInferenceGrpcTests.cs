using System.Buffers.Binary;
using System.Text;
using AlbertNative.Server.Dialects.Grpc.Oip;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;

namespace AlbertNative.Tests.Server;

/// <summary>The Open Inference Protocol over gRPC, asked by a client that is generated from its messages.</summary>
public sealed class OpenInferenceGrpcTests
{
    [Fact]
    public async Task Either_form_of_the_inputs_gives_the_same_raw_outputs_as_http()
    {
        await using LoopbackServerApp server = await StartAsync();
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        GRPCInferenceService.GRPCInferenceServiceClient client = new(channel);
        ModelInferRequest contents = new() { ModelName = "nano", Id = "7", Inputs = { Input("text", "BYTES", 1) } };
        contents.Inputs[0].Contents = new InferTensorContents { BytesContents = { ByteString.CopyFromUtf8("the king") } };
        ModelInferRequest raw = new() { ModelName = "nano", Inputs = { Input("text", "BYTES", 1) }, RawInputContents = { Raw("the king") } };

        AsyncUnaryCall<ModelInferResponse> call = client.ModelInferAsync(contents, cancellationToken: TestContext.Current.CancellationToken);
        Metadata headers = await call.ResponseHeadersAsync;
        ModelInferResponse first = await call;
        ModelInferResponse second = await client.ModelInferAsync(raw, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(("7", "nano", "embedding", "FP32"), (first.Id, first.ModelName, first.Outputs[0].Name, first.Outputs[0].Datatype));
        Assert.Equal(first.RawOutputContents[0], second.RawOutputContents[0]);
        Assert.Equal(first.Outputs[0].Shape.Aggregate(1L, (count, size) => count * size) * 4, first.RawOutputContents[0].Length);
        Assert.Equal(("nano", first.ModelVersion), (headers.GetValue("x-model"), headers.GetValue("x-model-version")));
        Assert.NotNull(headers.GetValue("x-request-id"));
        using System.Text.Json.JsonDocument http = System.Text.Json.JsonDocument.Parse((await server.PostAsync("/embed", """{"inputs":"the king"}""")).Body);
        Assert.Equal(http.RootElement[0].EnumerateArray().Select(number => number.GetSingle()), Floats(first.RawOutputContents[0].Span));
    }

    [Fact]
    public async Task Texts_come_back_behind_their_lengths()
    {
        await using LoopbackServerApp server = await StartAsync();
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        GRPCInferenceService.GRPCInferenceServiceClient client = new(channel);
        ModelInferRequest request = new()
        {
            Inputs = { Input("text", "BYTES", 1) },
            RawInputContents = { Raw("The king of [MASK].") },
            Outputs = { new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "token_str" } },
        };
        request.Parameters["top_k"] = new InferParameter { Int64Param = 2 };

        ModelInferResponse response = await client.ModelInferAsync(request, cancellationToken: TestContext.Current.CancellationToken);

        ReadOnlySpan<byte> bytes = response.RawOutputContents[0].Span;
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        Assert.NotEmpty(Encoding.UTF8.GetString(bytes.Slice(4, length)));
        Assert.Equal(bytes.Length, 4 + length + 4 + BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 + length)..]));
    }

    [Fact]
    public async Task The_server_and_its_models_say_what_they_are()
    {
        await using LoopbackServerApp server = await StartAsync();
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        GRPCInferenceService.GRPCInferenceServiceClient client = new(channel);
        CancellationToken stop = TestContext.Current.CancellationToken;

        Assert.True((await client.ServerLiveAsync(new ServerLiveRequest(), cancellationToken: stop)).Live);
        Assert.True((await client.ServerReadyAsync(new ServerReadyRequest(), cancellationToken: stop)).Ready);
        Assert.True((await client.ModelReadyAsync(new ModelReadyRequest { Name = "nano" }, cancellationToken: stop)).Ready);
        Assert.False((await client.ModelReadyAsync(new ModelReadyRequest { Name = "nano", Version = "1" }, cancellationToken: stop)).Ready);
        Assert.Equal("albert", (await client.ServerMetadataAsync(new ServerMetadataRequest(), cancellationToken: stop)).Name);
        ModelMetadataResponse model = await client.ModelMetadataAsync(new ModelMetadataRequest { Name = "nano" }, cancellationToken: stop);
        Assert.Contains("embedding", model.Outputs.Select(output => output.Name));
        await client.ModelInferAsync(new ModelInferRequest { Inputs = { Input("text", "BYTES", 1) }, RawInputContents = { Raw("a") } }, cancellationToken: stop);
        ModelStatisticsResponse statistics = await client.ModelStatisticsAsync(new ModelStatisticsRequest { Name = "nano" }, cancellationToken: stop);
        Assert.Equal((1UL, model.Versions[0]), (statistics.ModelStats[0].InferenceCount, statistics.ModelStats[0].Version));
    }

    [Fact]
    public async Task A_stream_answers_each_request_and_goes_on_behind_one_that_is_refused()
    {
        await using LoopbackServerApp server = await StartAsync();
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        GRPCInferenceService.GRPCInferenceServiceClient client = new(channel);
        using AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream = client.ModelStreamInfer(cancellationToken: TestContext.Current.CancellationToken);

        await stream.RequestStream.WriteAsync(new ModelInferRequest { Id = "1", ModelName = "nobody" }, TestContext.Current.CancellationToken);
        await stream.RequestStream.WriteAsync(new ModelInferRequest { Id = "2", Inputs = { Input("text", "BYTES", 1) }, RawInputContents = { Raw("a") } }, TestContext.Current.CancellationToken);
        await stream.RequestStream.CompleteAsync();
        List<ModelStreamInferResponse> answers = [];
        await foreach (ModelStreamInferResponse answer in stream.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
            answers.Add(answer);

        Assert.Equal(["no model of this name is served", ""], answers.Select(answer => answer.ErrorMessage));
        Assert.Equal(["1", "2"], answers.Select(answer => answer.InferResponse.Id));
    }

    [Fact]
    public async Task Errors_have_the_protocols_statuses()
    {
        await using LoopbackServerApp server = await StartAsync();
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        GRPCInferenceService.GRPCInferenceServiceClient client = new(channel);
        ModelInferRequest both = new() { Inputs = { Input("text", "BYTES", 1) }, RawInputContents = { Raw("a") } };
        both.Inputs[0].Contents = new InferTensorContents { BytesContents = { ByteString.CopyFromUtf8("a") } };
        ModelInferRequest task = new() { Inputs = { Input("text", "BYTES", 1) }, RawInputContents = { Raw("a") } };
        task.Parameters["task"] = new InferParameter { StringParam = "tag" };

        foreach ((ModelInferRequest request, StatusCode expected) in new (ModelInferRequest, StatusCode)[]
        {
            (new ModelInferRequest(), StatusCode.InvalidArgument),
            (new ModelInferRequest { ModelName = "nobody" }, StatusCode.NotFound),
            (new ModelInferRequest { ModelName = "nano", ModelVersion = "1" }, StatusCode.NotFound),
            (both, StatusCode.InvalidArgument),
            (task, StatusCode.FailedPrecondition),
            (new ModelInferRequest { Inputs = { Input("text", "BYTES", 2) }, RawInputContents = { Raw("a") } }, StatusCode.InvalidArgument),
            (new ModelInferRequest { Inputs = { Input("text", "BYTES", long.MaxValue, long.MaxValue) }, RawInputContents = { Raw("a") } }, StatusCode.InvalidArgument),
            (new ModelInferRequest { Inputs = { Input("text", "BYTES", 1) }, RawInputContents = { ByteString.CopyFrom(2, 0, 0, 0, 0xFF, 0xFF) } }, StatusCode.InvalidArgument),
            (new ModelInferRequest { Inputs = { Input("text", "BYTES", 1) }, RawInputContents = { ByteString.Empty, ByteString.Empty } }, StatusCode.InvalidArgument),
        })
        {
            RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await client.ModelInferAsync(request, cancellationToken: TestContext.Current.CancellationToken));
            Assert.True(expected == error.StatusCode, $"{error.Status} instead of {expected}");
        }
    }

    [Fact]
    public async Task Keys_are_needed_but_for_health_and_quotas_say_when_to_come_again()
    {
        using Checkpoints.TemporaryFolder folder = new();
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("secret"u8));
        string file = folder.Write("keys.json", $$"""[{"name":"one","sha256":"{{hash}}","requests_per_minute":1}]""");
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("grpc", "127.0.0.1:0"), ("api-keys", file));
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        GRPCInferenceService.GRPCInferenceServiceClient client = new(channel);
        ModelInferRequest request = new() { Inputs = { Input("text", "BYTES", 1) }, RawInputContents = { Raw("a") } };
        Metadata key = new() { { "x-api-key", "secret" } };

        Assert.True((await client.ServerLiveAsync(new ServerLiveRequest(), cancellationToken: TestContext.Current.CancellationToken)).Live);
        RpcException noKey = await Assert.ThrowsAsync<RpcException>(async () => await client.ModelInferAsync(request, cancellationToken: TestContext.Current.CancellationToken));
        await client.ModelInferAsync(request, key, cancellationToken: TestContext.Current.CancellationToken);
        RpcException quota = await Assert.ThrowsAsync<RpcException>(async () => await client.ModelInferAsync(request, key, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.Unauthenticated, StatusCode.ResourceExhausted), (noKey.StatusCode, quota.StatusCode));
        long pushback = long.Parse(quota.Trailers.GetValue("grpc-retry-pushback-ms")!, System.Globalization.CultureInfo.InvariantCulture);
        RetryInfo retry = quota.GetRpcStatus()!.GetDetail<RetryInfo>()!;
        Assert.Equal(pushback, (long)retry.RetryDelay.ToTimeSpan().TotalMilliseconds);
    }

    private static Task<LoopbackServerApp> StartAsync() => LoopbackServerApp.StartAsync(("grpc", "127.0.0.1:0"));

    private static ModelInferRequest.Types.InferInputTensor Input(string name, string datatype, params long[] shape)
    {
        ModelInferRequest.Types.InferInputTensor tensor = new() { Name = name, Datatype = datatype };
        tensor.Shape.AddRange(shape);
        return tensor;
    }

    private static ByteString Raw(string text)
    {
        byte[] bytes = new byte[4 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - 4);
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(4));
        return ByteString.CopyFrom(bytes);
    }

    private static float[] Floats(ReadOnlySpan<byte> bytes)
    {
        float[] numbers = new float[bytes.Length / 4];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
        return numbers;
    }
}
