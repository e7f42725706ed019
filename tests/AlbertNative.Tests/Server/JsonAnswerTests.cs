using AlbertNative.Server.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AlbertNative.Tests.Server;

/// <summary>Answers on their way to a client.</summary>
public sealed class JsonAnswerTests
{
    [Fact]
    public async Task An_answer_that_is_being_sent_comes_whole_though_the_requests_time_ends_meanwhile()
    {
        using CancellationTokenSource time = new();
        using LateStream connection = new(time);
        DefaultHttpContext http = new();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(connection));

        await JsonAnswer.WriteAsync(http, 200, json => json.WriteStringValue("the king"), time.Token);

        Assert.True(time.IsCancellationRequested);
        Assert.Equal("\"the king\""u8.ToArray(), connection.ToArray());
    }

    [Fact]
    public async Task After_the_requests_time_no_answer_is_begun()
    {
        using MemoryStream connection = new();
        DefaultHttpContext http = new();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(connection));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => JsonAnswer.WriteAsync(http, 200, json => json.WriteStringValue("the king"), new CancellationToken(canceled: true)));

        Assert.Equal(0, connection.Length);
    }

    /// <summary>A connection to which the first byte is written just when the time is over.</summary>
    private sealed class LateStream(CancellationTokenSource time) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await time.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
