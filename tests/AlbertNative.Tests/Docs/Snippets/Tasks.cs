using AlbertNative;

namespace DocumentationSnippets;

internal static class Tasks
{
    public static void Search()
    {
        using TextEmbedder embedder = TextEmbedder.Load("weights/all-MiniLM-L6-v2.safetensors");

        TextSimilarity similarity = new(embedder);
        Console.WriteLine($"{similarity.Compare("A machine that sews cloth.", "a device for stitching fabric"):F3}");

        TextSearch search = new(embedder);
        foreach (SearchHit hit in search.Search("who ruled the kingdom?", File.ReadLines("samples/SemanticSearch/lines.txt"), topK: 2))
            Console.WriteLine($"{hit.Score:F3} {hit.Text}");

        search.WriteIndex(File.ReadLines("samples/SemanticSearch/lines.txt"), "lines-index.safetensors");
        using VectorIndex index = VectorIndex.Open("lines-index.safetensors");
        Console.WriteLine(search.Search("who ruled the kingdom?", index, topK: 1)[0].Index);
    }

    public static void Tag()
    {
        using TokenClassifier tagger = TokenClassifier.Load("weights/albert-nano-fa-upos.safetensors");

        string text = "شاه به تهران رفت";
        TokenClassificationOptions options = new() { Aggregation = AggregationStrategy.First };
        foreach (Entity word in tagger.Classify(text, options))
            Console.WriteLine($"{word.Label} {text[word.Span.Start..word.Span.End].Trim()}");
    }

    public static void Stream()
    {
        using MaskFiller filler = MaskFiller.Load("weights/albert-nano.safetensors");

        IEnumerable<string> texts = ["An instrument used to [MASK] something.", "The king of [MASK] went up to Jerusalem."];
        foreach (var masks in filler.Fill(texts, new FillMaskOptions { TopK = 1 }))
            Console.WriteLine(masks[0][0].Sequence);
    }

    public static void Prompts()
    {
        using TextEmbedder embedder = TextEmbedder.Load("weights/albert-nano.safetensors");

        float[] query = embedder.Embed("who was king?", new EmbeddingRequest { Prompt = "query: ", Dimensions = 64 });
        float[] document = embedder.Embed("the king of Judah", EmbeddingRequest.Document with { Dimensions = 64 });
        Console.WriteLine($"{query.Length} {embedder.SimilarityFunction} {embedder.Similarity(query, document) < 1}");
    }

    public static void LongTexts()
    {
        using TextEmbedder embedder = TextEmbedder.Load(
            "weights/albert-nano.safetensors",
            options: new TaskOptions { Overlong = Overlong.Window(stride: 32) });

        string text = string.Join(' ', Enumerable.Repeat("And the king went up to Jerusalem.", 100));
        Console.WriteLine(embedder.Embed(text).Length);
    }

    public static void Order()
    {
        using SentenceOrderPredictor predictor = SentenceOrderPredictor.Load("weights/albert-nano.safetensors");

        SentenceOrder order = predictor.Predict(
            "In the beginning God created the heaven and the earth.",
            "And the earth was without form, and void; and darkness was upon the face of the deep.");
        Console.WriteLine(order.IsInOrder);
    }
}
