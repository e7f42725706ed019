using AlbertNative;
using AlbertNative.Checkpoints;
using AlbertNative.Hub;
using AlbertNative.Model;
using AlbertNative.Serving;
using AlbertNative.Tensors;
using AlbertNative.Tokenization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace DocumentationSnippets;

internal static class Packages
{
    public static void LayerNorm()
    {
        LayerNormWeights norm = new(weight: [1, 1, 1, 1], bias: [0, 0, 0, 0], epsilon: 1e-12f);
        float[] row = [1, 2, 3, 4];
        norm.Normalize(row);
        Console.WriteLine(string.Join(' ', row.Select(x => x.ToString("F3"))));
    }

    public static void ThreeLines()
    {
        using MaskFiller filler = MaskFiller.Load(NanoModel.Path);
        Console.WriteLine(filler.Fill("The king of [MASK] went up to Jerusalem.")[0][0].Text);
    }

    public static void NanoModelPath()
    {
        using MaskFiller filler = MaskFiller.Load(NanoModel.Path);
        foreach (MaskFill fill in filler.Fill("The king of [MASK] went up to Jerusalem.")[0].Take(3))
            Console.WriteLine($"{fill.Text} {fill.Score:F3}");
    }

    public static void MiniLMModelPath()
    {
        using TextEmbedder embedder = TextEmbedder.Load(MiniLMModel.Path);
        Console.WriteLine($"{new TextSimilarity(embedder).Compare("A machine that sews cloth.", "a device for stitching fabric"):F3}");
    }

    public static void MiniLMDimension()
    {
        using TextEmbedder embedder = TextEmbedder.Load(MiniLMModel.Path);
        Console.WriteLine(embedder.Dimension);
    }

    public static void Encode()
    {
        Tokenizer tokenizer = Tokenizer.Load("albert-base-v2"); // a directory with spiece.model or tokenizer.json
        Encoding encoding = tokenizer.Encode("The king of Judah");
        Console.WriteLine(string.Join(' ', encoding.Tokens));
        Console.WriteLine(tokenizer.Decode(encoding.Ids));
    }

    public static void WriteAndRead()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        SafetensorsWriter writer = new();
        writer.Add("weight", TensorType.F32, [2, 3], values);
        writer.Save("example.safetensors");

        using Checkpoint checkpoint = Checkpoint.Open("example.safetensors"); // or a directory, pytorch_model.bin, an index of shards
        foreach (CheckpointTensor tensor in checkpoint.Tensors)
            Console.WriteLine($"{tensor.Name} {tensor.Type} [{string.Join(", ", tensor.Shape)}]");
    }

    public static void Forward()
    {
        using PreTrainedModel model = PreTrainedModel.Open("m3hrdadfi/albert-fa-base-v2"); // or a directory, or a file
        TokenBatch batch = new();
        batch.Add([2, 14, 152, 3]); // as many sequences as you like, of any lengths
        EncoderOutput output = new EncoderHead(model).Forward(batch);
        Console.WriteLine($"{output.LastHiddenState.Rows} tokens, {output.LastHiddenState.Columns} numbers each");
    }

    public static void FillMask()
    {
        using MaskFiller filler = MaskFiller.Load("m3hrdadfi/albert-fa-base-v2"); // or a directory, or a file
        foreach (MaskFill fill in filler.Fill("تهران [MASK] ایران است.")[0])
            Console.WriteLine($"{fill.Text} {fill.Score:F3}");
    }

    public static async Task Fetch()
    {
        string path = await HubModel.ResolveAsync("m3hrdadfi/albert-fa-base-v2");
        foreach (string file in Directory.EnumerateFiles(path))
            Console.WriteLine(Path.GetFileName(file));
    }

    public static async Task Embed()
    {
        ServiceCollection services = new();
        services.AddAlbert(options => options.ModelPath = "m3hrdadfi/albert-fa-base-v2"); // or a directory, or a file
        await using ServiceProvider provider = services.BuildServiceProvider();

        var generator = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        ReadOnlyMemory<float> vector = await generator.GenerateVectorAsync("تهران پایتخت ایران است.");
    }

    public static async Task Serve()
    {
        await using InferenceScheduler scheduler = new();
        await using ModelRegistry models = new(scheduler);
        await models.LoadAsync("nano", "weights/albert-nano.safetensors");
        ServingClient client = new(new ClientOptions { Name = "search", TokensPerMinute = 1_000_000 });

        using ModelLease lease = models.Acquire("nano")!;
        TaskOperation<string, float[]> embedding = lease.Model.Task<TextEmbedder>().Operation();
        EncodedInput<string>[] inputs = [embedding.Encode("the king of Judah"), embedding.Encode("شاه به تهران رفت")];

        Submission<float[]> submission = scheduler.Submit(lease.Model, embedding, inputs, new RequestTerms { Client = client });
        if (submission.Refusal is Refusal refusal)
            Console.WriteLine($"{refusal.Reason}: {refusal.Message}, again after {refusal.RetryAfter}");
        else
            Console.WriteLine((await submission.Completion).Results.Count);
    }
}
