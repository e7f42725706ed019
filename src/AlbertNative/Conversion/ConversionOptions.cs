using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative;

/// <summary>How a model is converted.</summary>
public sealed record ConversionOptions
{
    /// <summary>Single precision, named after the source.</summary>
    public static ConversionOptions Default { get; } = new();

    /// <summary>How the weights are stored.</summary>
    public WeightStorage Storage { get; init; } = WeightStorage.Float32;

    /// <summary>
    /// How the converted model asks to be held where whoever opens it does not choose (<see cref="ModelOptions.Precision"/>): a
    /// small file need not compute in few bits. Null for what the source asks for, if anything, else the way in which it is stored.
    /// </summary>
    public WeightPrecision? Hold { get; init; }

    /// <summary>
    /// What the converted model says that it comes from: the model's name on the hub, <c>org/name</c> or
    /// <c>org/name@revision</c>, or any other. Null for what the source itself says, the name and the commit that its place
    /// in the hub's cache tells, or else the name of its directory or file.
    /// </summary>
    public string? SourceName { get; init; }

    /// <summary>
    /// A <c>config.json</c> to use instead of the source's, such as for an ONNX file, which has none; null for the source's.
    /// </summary>
    public string? ConfigPath { get; init; }

    /// <summary>
    /// A one-file model in the directory of the destination, such as the one whose encoder was frozen when the source was trained:
    /// tensors and tokenizer files that it holds already are not written again, and whoever opens the result opens it, too. Null for a
    /// file that holds everything itself.
    /// </summary>
    public string? EncoderPath { get; init; }

    /// <summary>Read and check everything, and write nothing.</summary>
    public bool DryRun { get; init; }
}
