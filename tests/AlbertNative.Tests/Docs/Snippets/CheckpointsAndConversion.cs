using AlbertNative;
using AlbertNative.Model;

namespace DocumentationSnippets;

internal static class CheckpointsAndConversion
{
    public static void ConvertExportVerify()
    {
        ConversionSummary summary = ModelConverter.Convert(
            "weights/albert-nano.safetensors",
            "nano-fp16.safetensors",
            new ConversionOptions { Storage = WeightStorage.Float16 });
        Console.WriteLine($"{summary.Tensors.Count} tensors, {summary.WeightBytes} bytes, {summary.Dropped.Count} dropped");

        ModelExporter.Export("nano-fp16.safetensors", "nano-fp16");

        foreach (ModelCheck check in ModelVerifier.Verify("nano-fp16"))
            Console.WriteLine($"{check.Name}: {check.Result}");
    }
}
