using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Conversion;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Model;

/// <summary>What tasks over one model hold, counted over the whole process: so no other test may run meanwhile.</summary>
[Collection(AllocationTests.Alone)]
public sealed class SharedMemoryTests
{
    private const int Rounds = 5;

    private static readonly ModelConfig Config = new()
    {
        VocabularySize = 12_000,
        EmbeddingSize = 128,
        HiddenSize = 1024,
        LayerCount = 2,
        HeadCount = 16,
        IntermediateSize = 4096,
        MaxPositionCount = 64,
    };

    [Fact]
    public void Four_tasks_hold_the_file_and_each_weight_packed_once()
    {
        using TemporaryFolder folder = new();
        string path = OneFile.Write(Path.Combine(folder.Path, "model.safetensors"), WeightStorage.Float32, config: Config);
        long fileAndPacked = new FileInfo(path).Length + PackedBytes();
        (long least, long most, long mostMore) = (PackedBytes(), PackedBytes() + (fileAndPacked / 10), fileAndPacked / 100);

        // What other tests have left behind may be let go of in the midst of a round. A weight that is held twice shows in each.
        (long held, long more) = Measure(path);
        for (int round = 1; round < Rounds && (held < least || held > most || more > mostMore); round++)
            (held, more) = Measure(path);

        Assert.InRange(held, least, most);
        Assert.InRange(more, long.MinValue, mostMore);
    }

    /// <summary>The bytes that four tasks of a model hold, and those that four more of the same add.</summary>
    private static (long Held, long More) Measure(string path)
    {
        Tokenizer tokenizer = ModelTokenizer.Load(OneFile.Nano);
        long before = HeldBytes();
        using PreTrainedModel opened = PreTrainedModel.Open(path, new() { Threads = 1 });
        using TextModel model = new(opened, tokenizer);
        List<TextTask> tasks = UseFourTasks(model);
        long held = HeldBytes() - before;

        // And what is packed on demand is not packed again for the next.
        tasks.AddRange(UseFourTasks(model));
        long more = HeldBytes() - before - held;
        GC.KeepAlive(tasks);
        return (held, more);
    }

    private static List<TextTask> UseFourTasks(TextModel model)
    {
        MaskFiller filler = new(model);
        SentenceOrderPredictor order = new(model);
        TextEmbedder embedder = new(model, new() { Pooling = Pooling.Pooler });
        SparseEmbedder sparse = new(model);
        filler.Fill("the king of [MASK]");
        order.Predict("the king", "of Judah");
        embedder.Embed("the king");
        sparse.Embed("the king");
        return [filler, order, embedder, sparse];
    }

    /// <summary>The linear layers, which alone are packed: of the encoder, the pooler, the order of sentences and the words for masks.</summary>
    private static long PackedBytes()
    {
        long hidden = Config.HiddenSize, embedding = Config.EmbeddingSize;
        long layer = (4 * hidden * hidden) + (2 * hidden * Config.IntermediateSize);
        long heads = (hidden * hidden) + (2 * hidden) + (embedding * hidden) + (Config.VocabularySize * embedding);
        return sizeof(float) * (layer + (hidden * embedding) + heads);
    }

    private static long HeldBytes()
    {
        // Twice: what a finaliser lets go of is only then collected.
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return GC.GetTotalMemory(forceFullCollection: true) + PageBlock.HeldBytes;
    }
}
