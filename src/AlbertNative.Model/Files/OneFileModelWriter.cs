using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>Lays a model out as one safetensors file.</summary>
public static class OneFileModelWriter
{
    // transformers loads no file without this entry.
    private const string FormatKey = "format";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The entries that tell transformers that weights are stored as PyTorch's are: [out, in].</summary>
    public static IReadOnlyDictionary<string, string> PyTorchMetadata { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal) { [FormatKey] = "pt" };

    /// <summary>A writer that holds everything but the weights.</summary>
    /// <param name="parts">The parts' contents by their names in Hugging Face's layout; the configuration is one of them.</param>
    /// <param name="provenance">Where the model comes from.</param>
    /// <param name="hold">How the model asks to be held where whoever opens it does not choose; null for the way in which it is stored.</param>
    /// <param name="encoder">The file whose encoder and tokenizer the model takes; null for one that has all itself.</param>
    /// <exception cref="CheckpointFormatException">A text part is not UTF-8.</exception>
    public static SafetensorsWriter Create(
        IReadOnlyDictionary<string, byte[]> parts, ModelProvenance provenance, WeightPrecision? hold = null, SharedEncoder? encoder = null)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(provenance);
        Dictionary<string, string> metadata = new(PyTorchMetadata, StringComparer.Ordinal)
        {
            [OneFileModel.VersionKey] = OneFileModel.Version,
        };
        if (hold is WeightPrecision precision)
            metadata.Add(OneFileModel.HoldKey, OneFileModel.PrecisionNames.First(known => known.Precision == precision).Name);
        foreach ((string key, string value) in provenance.ToMetadata().Concat(encoder?.ToMetadata() ?? []))
            metadata.Add(key, value);
        foreach ((string name, byte[] content) in parts)
        {
            if (!OneFileModel.TensorParts.Any(part => part.Part == name))
                metadata.Add(name, Text(name, content));
        }
        SafetensorsWriter writer = new(metadata);
        foreach ((string part, string tensor) in OneFileModel.TensorParts)
        {
            if (parts.TryGetValue(part, out byte[]? content))
                writer.Add(tensor, TensorType.U8, [content.Length], content.AsMemory());
        }
        return writer;
    }

    private static string Text(string name, byte[] content)
    {
        try
        {
            return StrictUtf8.GetString(content);
        }
        catch (DecoderFallbackException e)
        {
            throw new CheckpointFormatException(name, "is not UTF-8", e);
        }
    }
}
