using AlbertNative.Server.Dialects.Grpc.Tei;
using Grpc.Core;
using Grpc.Net.Client;

namespace AlbertNative.Tests.Server;

/// <summary>Streams of gRPC: what is computed beside each other comes back in its order, and what is read is bounded by what is taken.</summary>
public sealed class GrpcStreamTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_come_in_the_order_of_their_messages_with_the_bits_of_a_single_call()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("grpc", "127.0.0.1:0"), ("max-queue-seconds", "100ms"));
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        Embed.EmbedClient client = new(channel);
        // Long and short ones, which the scheduler does not answer in their order; more than there is room for at a time.
        string[] texts = [.. Enumerable.Range(0, 150).Select(i => string.Join(' ', Enumerable.Repeat("hill", 1 + (i * 37 % 90))) + $" {i}")];
        using AsyncDuplexStreamingCall<EmbedRequest, EmbedResponse> stream = client.EmbedStream(cancellationToken: Stop);

        Task writing = Task.Run(async () =>
        {
            foreach (string text in texts)
                await stream.RequestStream.WriteAsync(new EmbedRequest { Inputs = text }, Stop);
            await stream.RequestStream.CompleteAsync();
        }, Stop);
        List<EmbedResponse> answers = [];
        while (await stream.ResponseStream.MoveNext(Stop))
            answers.Add(stream.ResponseStream.Current);
        await writing;

        Assert.Equal(texts.Length, answers.Count);
        for (int i = 0; i < texts.Length; i += 29)
            Assert.Equal((await client.EmbedAsync(new EmbedRequest { Inputs = texts[i] }, cancellationToken: Stop)).Embeddings, answers[i].Embeddings);
    }

    [Fact]
    public async Task A_refused_message_ends_the_stream_behind_the_answers_before_it()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("grpc", "127.0.0.1:0"));
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        using AsyncDuplexStreamingCall<EmbedRequest, EmbedResponse> stream = new Embed.EmbedClient(channel).EmbedStream(cancellationToken: Stop);
        Task writing = Task.Run(async () =>
        {
            foreach (string text in (string[])["a", "b", "", "c"])
                await stream.RequestStream.WriteAsync(new EmbedRequest { Inputs = text }, Stop);
            await stream.RequestStream.CompleteAsync();
        }, Stop);

        int answers = 0;
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await stream.ResponseStream.MoveNext(Stop))
                answers++;
        });

        Assert.Equal((2, StatusCode.InvalidArgument), (answers, refused.StatusCode));
        // The stream may have ended before the last message was written.
        Exception? late = await Record.ExceptionAsync(() => writing);
        Assert.True(late is null or RpcException or InvalidOperationException, $"{late}");
    }
}
