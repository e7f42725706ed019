using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AlbertNative.Annotations;
using AlbertNative.Spark;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Serving;

namespace AlbertNative.Tests.Spark;

public sealed class SocketServerTests : IDisposable
{
    private static readonly string?[] Texts = ["I love Spark NLP", null, "", "😀 ok."];

    private const int IdleSeconds = 60;

    /// <summary>Far longer than anything here takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly SimulatedClock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_socket_answers_many_at_once_and_ends_when_nobody_comes()
    {
        using StringWriter log = new();
        (string path, Thread thread) = Serve(log);
        using ModelPool none = new(_ => throw new InvalidOperationException(), _ => "");
        Assert.Throws<IOException>(() => new SocketServer(path, none, TimeSpan.FromSeconds(1), log).Run(CancellationToken.None));

        string[] answers = new string[4];
        Parallel.For(0, answers.Length, i =>
            answers[i] = Convert.ToHexString(ArrowStreams.Ask(path, ArrowStreams.Of([Texts], Request()), out char last)) + last);
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.EndsWith("Z", answers[0]);

        byte[] refusal = ArrowStreams.Ask(path, ArrowStreams.Of([Texts]), out char end);
        Assert.Equal('E', end);
        Assert.Contains("the stream's schema has no request", Encoding.UTF8.GetString(refusal));
        Assert.True(thread.IsAlive);
        UntilIdle(path, thread);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_server_says_how_it_is_to_whoever_asks_and_a_stream_that_failed_whose_it_was()
    {
        using StringWriter log = new();
        (string path, Thread thread) = Serve(log);
        ArrowStreams.Ask(path, ArrowStreams.Of([Texts, [], Texts], Request()), out _);
        ArrowStreams.Ask(path, ArrowStreams.Of([Texts], Request().Replace("Tokenizer", "Tokeniser", StringComparison.Ordinal)), out char end);
        Assert.Equal('E', end);

        using JsonDocument said = JsonDocument.Parse(Question(path));
        JsonElement health = said.RootElement;
        Assert.Equal(StreamRequest.Version, health.GetProperty("version").GetString());
        Assert.Equal(Environment.ProcessId, health.GetProperty("process").GetInt32());
        Assert.Equal(
            [0, 3, 8, 0, 1],
            ((string[])["streams", "batches", "rows", "failedRows", "failedStreams"]).Select(name => health.GetProperty(name).GetInt32()));
        Assert.True(health.GetProperty("residentBytes").GetInt64() > 1 << 20);
        Assert.Empty(health.GetProperty("models").EnumerateObject());

        // Whoever looks in and goes without a word is no stream, and who only asks does not keep the server.
        new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified).Dispose();
        UntilIdle(path, thread);
        JsonElement[] lines = [.. log.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["stream_answered", "stream_failed"], lines.Select(line => line.GetProperty("event").GetString()));
        Assert.All(lines, line => Assert.Equal("partition 3", line.GetProperty("task").GetString()));
        Assert.Equal([8, 0], lines.Select(line => line.GetProperty("rows").GetInt32()));
        Assert.Contains("Tokeniser", lines[1].GetProperty("error").GetString());
    }

    [Fact]
    public void A_server_ends_when_its_socket_has_gone_and_when_it_is_told_to()
    {
        (string path, Thread thread) = Serve(TextWriter.Null);
        File.Delete(path);
        thread.Join();

        using CancellationTokenSource stop = new();
        (path, thread) = Serve(TextWriter.Null, stop.Token);
        stop.Cancel();
        thread.Join();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_log_says_that_a_row_failed_and_holds_nothing_of_its_text()
    {
        using StringWriter writer = new();
        StreamException failure = StreamException.OfRow("row 7 of the partition", "a secret is too long");
        Assert.Equal("row 7 of the partition: a secret is too long", failure.Message);
        ServerLog log = new(writer);
        log.Failed(new StreamCounts { Task = "stage 4" }, started: 0, failure);
        log.Failed(new StreamCounts(), started: 0, new InvalidOperationException("a secret"));
        string[] lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("row 7 of the partition", JsonDocument.Parse(lines[0]).RootElement.GetProperty("error").GetString());
        Assert.StartsWith("System.InvalidOperationException", JsonDocument.Parse(lines[1]).RootElement.GetProperty("error").GetString());
        Assert.DoesNotContain("secret", writer.ToString(), StringComparison.Ordinal);
    }

    private (string Path, Thread Thread) Serve(TextWriter log, CancellationToken? cancellationToken = null)
    {
        CancellationToken stop = cancellationToken ?? TestContext.Current.CancellationToken;
        string path = Path.Combine(_folder.Path, "s");
        Thread thread = new(() =>
        {
            using ModelPool models = new(name => AnnotationModel.Open(name), name => AnnotationModel.HashOf(name));
            new SocketServer(path, models, TimeSpan.FromSeconds(IdleSeconds), log, _clock).Run(stop);
        });
        thread.Start();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(path), Patience));
        return (path, thread);
    }

    // Behind whatever is still being closed: a stream that ends begins the time anew. The server looks around twice in a second.
    private void UntilIdle(string path, Thread thread) => Assert.True(SpinWait.SpinUntil(
        () =>
        {
            _clock.Advance(IdleSeconds + 1);
            Question(path);
            return thread.Join(TimeSpan.FromSeconds(1));
        },
        Patience));

    // What it says of itself; nothing once it has ended.
    private static string Question(string path)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            using NetworkStream connection = new(socket);
            connection.Write("PING\n"u8);
            using StreamReader reader = new(connection);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return "";
        }
    }

    private static string Request()
    {
        string pipeline = Encoding.UTF8.GetString(new AnnotationPipeline(
            new DocumentAssembler { Uid = "d", InputCol = "text", OutputCol = "document" },
            new Tokenizer { Uid = "t", InputCols = ["document"], OutputCol = "token" }).ToJson());
        return $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "task": "partition 3", "pipeline": {{pipeline}}}""";
    }
}
