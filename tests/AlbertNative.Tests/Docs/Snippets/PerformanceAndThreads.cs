using AlbertNative;

namespace DocumentationSnippets;

internal static class PerformanceAndThreads
{
    public static void Options()
    {
        using TextEmbedder embedder = TextEmbedder.Load(
            "weights/albert-nano.safetensors",
            options: new TaskOptions { BatchTokens = 4096 },
            modelOptions: new TextModelOptions { Threads = 1 });

        int passes = 0;
        embedder.BatchCompleted += batch => passes++;
        int vectors = embedder.Embed(Enumerable.Repeat("the king of judah", 2000)).Count();
        Console.WriteLine($"{vectors} vectors in {passes} passes");
    }
}
