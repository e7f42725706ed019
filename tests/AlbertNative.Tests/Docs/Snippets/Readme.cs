using AlbertNative;

namespace DocumentationSnippets;

internal static class Readme
{
    public static void FillMask()
    {
        using MaskFiller filler = MaskFiller.Load("weights/albert-nano.safetensors");
        foreach (MaskFill fill in filler.Fill("The king of [MASK] went up to Jerusalem.")[0].Take(3))
            Console.WriteLine($"{fill.Text} {fill.Score:F3}");
    }
}
