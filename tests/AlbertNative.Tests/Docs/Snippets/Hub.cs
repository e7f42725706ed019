using AlbertNative;
using AlbertNative.Hub;

namespace DocumentationSnippets;

internal static class Hub
{
    public static void Resolve()
    {
        string path = HubModel.Resolve("m3hrdadfi/albert-fa-base-v2");
        using MaskFiller filler = MaskFiller.Load(path);
    }
}
