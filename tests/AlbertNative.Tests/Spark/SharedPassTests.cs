using System.Net.Sockets;
using System.Text;
using AlbertNative.Annotations;
using AlbertNative.Model;
using AlbertNative.Spark;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using AlbertNative.Tests.Annotations;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace AlbertNative.Tests.Spark;

/// <summary>What several connections ask one model at a time.</summary>
public sealed class SharedPassTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

    // Its heads for tags and for labels are of the same weights; by default a model has one team of threads.
    private readonly AnnotationModel _model = SmallModels.Albert(ModelArchitecture.SequenceClassification, "a", "b");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string SocketPath => Path.Combine(_folder.Path, "s");

    private PassQueue Passes => _model.Model.Transformer.Passes;

    public void Dispose()
    {
        _stop.Dispose();
        _model.Model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Texts_of_several_connections_and_tasks_go_through_the_model_together()
    {
        byte[][] streams =
        [
            .. ((PipelineStage[])[
                new AlbertEmbeddings(_model) { InputCols = ["document", "token"], OutputCol = "out" },
                new AlbertForTokenClassification(_model) { InputCols = ["document", "token"], OutputCol = "out" },
                new AlbertForSequenceClassification(_model) { InputCols = ["document", "token"], OutputCol = "out" },
                new AlbertEmbeddings(_model) { InputCols = ["document", "token"], OutputCol = "out", Mode = AnnotationMode.HuggingFace },
            ]).Select((stage, i) => Stream(stage, [Nano.Text(words: 5 + i, seed: i), null, Nano.Text(words: 12, seed: 10 + i)])),
        ];
        Task served = await Serve();
        byte[][] alone = [.. streams.Select(Ask)];

        // While the model's only team is held, all of them come to wait for it, and behind them who sees what it is computed with.
        using HeldCall held = new(_model.Model.Tokenizer), last = new(_model.Model.Tokenizer);
        Task holding = Start(() => Passes.Run(held));
        held.Begun.Wait(Cancel);
        Task<byte[]>[] together = [.. streams.Select(stream => Start(() => Ask(stream)))];
        await Until(() => Passes.WaitingCount == streams.Length, [served, holding, .. together]);
        last.Go.Set();
        Task seeing = Start(() => Passes.Run(last));
        await Until(() => Passes.WaitingCount == streams.Length + 1, [served, holding, seeing, .. together]);
        held.Go.Set();

        byte[][] answers = await Task.WhenAll(together);
        await Task.WhenAll(holding, seeing);
        Assert.Equal(alone, answers);
        Assert.Equal(0, held.FirstState);
        // One row of the pass for each word's vector, each word's tag and each text's label.
        Assert.Equal(answers.Sum(AnnotationCount), last.FirstState);
        Assert.True(last.FirstState > 40);

        await _stop.CancelAsync();
        await served;
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task A_connection_that_closes_takes_its_texts_out_of_those_that_wait()
    {
        // As many rows as a stage takes together before it waits for more.
        string[] texts = [.. Enumerable.Repeat("the king", 32)];
        byte[] stream = Stream(new AlbertEmbeddings(_model) { InputCols = ["document", "token"], OutputCol = "out", BatchSize = texts.Length }, texts);
        Task served = await Serve();
        byte[] alone = Ask(stream);
        using HeldCall held = new(_model.Model.Tokenizer);
        Task holding = Start(() => Passes.Run(held));
        held.Begun.Wait(Cancel);
        using (Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            connection.Connect(new UnixDomainSocketEndPoint(SocketPath));
            // All but the mark of the stream's end.
            connection.Send(stream.AsSpan(..^8));
            await Until(() => Passes.WaitingCount == 1, served, holding);
        }
        await Until(() => Passes.WaitingCount == 0, served, holding);
        held.Go.Set();
        await holding;
        Assert.Equal(alone, Ask(stream));
        await _stop.CancelAsync();
        await served;
    }

    private async Task<Task> Serve()
    {
        ModelPool models = new(_ => _model, _ => "");
        Task served = Start(() => new SocketServer(SocketPath, models, TimeSpan.FromHours(1), TextWriter.Null).Run(_stop.Token));
        await Until(() => File.Exists(SocketPath), served);
        return served;
    }

    private static Task Start(Action work) => Start(() =>
    {
        work();
        return true;
    });

    private static Task<T> Start<T>(Func<T> work) => Task.Factory.StartNew(work, Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // Until something is so; none of what leads to it may end before.
    private static async Task Until(Func<bool> condition, params Task[] before)
    {
        while (!condition())
        {
            if (before.FirstOrDefault(task => task.IsCompleted) is Task ended)
            {
                await ended;
                Assert.Fail("what was to be waited for ended without it");
            }
            await Task.Delay(1, Cancel);
        }
    }

    private static byte[] Stream(PipelineStage stage, string?[] texts)
    {
        string pipeline = Encoding.UTF8.GetString(new AnnotationPipeline(
            new DocumentAssembler { InputCol = "text", OutputCol = "document" },
            new Tokenizer { InputCols = ["document"], OutputCol = "token" },
            stage).ToJson());
        return ArrowStreams.Of([texts], $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "outputs": ["out"], "pipeline": {{pipeline}}}""");
    }

    private byte[] Ask(byte[] stream)
    {
        byte[] answer = ArrowStreams.Ask(SocketPath, stream, out char last);
        return last == 'Z' ? answer : throw new InvalidOperationException(Encoding.UTF8.GetString(answer));
    }

    private static int AnnotationCount(byte[] answer)
    {
        using ArrowStreamReader reader = new(answer);
        RecordBatch batch = reader.ReadNextRecordBatch();
        return Enumerable.Range(0, batch.Length).Sum(i => AnnotationArrays.Read((ListArray)batch.Column("out"), i)!.Count);
    }

    /// <summary>A call that holds its pass until it may go.</summary>
    private sealed class HeldCall : HeadCall, IDisposable
    {
        public HeldCall(Tokenization.Tokenizer tokenizer)
        {
            TokenBatch batch = new();
            batch.Add([tokenizer.ClsId, tokenizer.SepId]);
            Begin(batch, default, CancellationToken.None);
        }

        public ManualResetEventSlim Begun { get; } = new();

        public ManualResetEventSlim Go { get; } = new();

        public override void Run(TeamThread thread, Matrix states)
        {
            Begun.Set();
            Go.Wait();
        }

        public override void Return()
        {
        }

        // Whatever the test comes to, the team is not held for ever.
        public void Dispose() => Go.Set();
    }
}
