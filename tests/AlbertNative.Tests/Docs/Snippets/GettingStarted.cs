using AlbertNative;

namespace DocumentationSnippets;

internal static class GettingStarted
{
    public static void FillMask()
    {
        using MaskFiller filler = MaskFiller.Load("weights/albert-nano.safetensors");

        foreach (MaskFill fill in filler.Fill("The king of [MASK] went up to Jerusalem.")[0])
            Console.WriteLine($"{fill.Score:F3} {fill.Text}");
    }

    public static void Embed()
    {
        using TextEmbedder embedder = TextEmbedder.Load(
            "weights/albert-nano.safetensors", new EmbeddingOptions { Normalize = true });

        float[] vector = embedder.Embed("A machine that sews cloth.");
        Console.WriteLine(vector.Length);
    }
}
