using AlbertNative;
using AlbertNative.Hub;
using AlbertNative.Tokenization;

namespace DocumentationSnippets;

internal static class Hub
{
    public static void Load()
    {
        using MaskFiller filler = MaskFiller.Load("m3hrdadfi/albert-fa-base-v2");
    }

    public static async Task Resolve()
    {
        string path = await HubModel.ResolveAsync("m3hrdadfi/albert-fa-base-v2");
        Tokenizer tokenizer = Tokenizer.Load(path);
    }
}
