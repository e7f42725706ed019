using System.Diagnostics.CodeAnalysis;
using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// A model in one safetensors file. Text parts are entries of its <c>__metadata__</c> under their own names; parts that
/// may be large or binary are U8 tensors; the weights have the names that transformers gives them.
/// </summary>
internal sealed class OneFileModel : ModelFiles
{
    /// <summary>The entry that tells such a file from any other; its value is the version of this layout.</summary>
    public const string VersionKey = "albertnative.version";

    public const string Version = "1";

    /// <summary>The entry that says how the model asks to be held.</summary>
    public const string HoldKey = "albertnative.hold";

    private const string PartPrefix = "tokenizer.";

    private readonly Checkpoint _checkpoint;
    private readonly IReadOnlyDictionary<string, string>? _encoder;

    private OneFileModel(string path, Checkpoint checkpoint, IReadOnlyDictionary<string, string>? encoder)
        : base(path, path, checkpoint) => (_checkpoint, _encoder) = (checkpoint, encoder);

    // Arrays and loops: generic code over pairs is compiled whenever a process opens its first model, even ReadyToRun.

    /// <summary>The parts that are tensors, with the tensors' names.</summary>
    public static (string Part, string Tensor)[] TensorParts { get; } =
    [
        (SentencePieceModel, PartPrefix + "spiece_model"),
        (TokenizerJson, PartPrefix + "tokenizer_json"),
        (WordPieceVocabulary, PartPrefix + "vocab_txt"),
    ];

    /// <summary>The names of precisions as the files have them.</summary>
    public static (string Name, WeightPrecision Precision)[] PrecisionNames { get; } =
        [("fp32", WeightPrecision.Float32), ("int8", WeightPrecision.Int8), ("int16", WeightPrecision.Int16)];

    public override WeightPrecision? Precision
    {
        get
        {
            if (!_checkpoint.Metadata.TryGetValue(HoldKey, out string? asked) && _encoder?.TryGetValue(HoldKey, out asked) is not true)
                return null;
            foreach ((string name, WeightPrecision precision) in PrecisionNames)
            {
                if (name == asked)
                    return precision;
            }
            throw new CheckpointFormatException(
                Path, $"{HoldKey} is '{asked}', expected {string.Join(", ", PrecisionNames.Select(known => known.Name))}");
        }
    }

    public override ModelProvenance? Provenance => ModelProvenance.Read(_checkpoint.Metadata);

    /// <summary>Takes an open file over; one that is a head alone is joined with its encoder's tensors.</summary>
    /// <exception cref="CheckpointFormatException">It is of another version, or its encoder is not beside it.</exception>
    public static OneFileModel Open(string path, Checkpoint checkpoint)
    {
        string version = checkpoint.Metadata[VersionKey];
        if (version != Version)
            throw new CheckpointFormatException(path, $"{VersionKey} is '{version}', expected '{Version}'");
        if (SharedEncoder.Read(checkpoint) is not SharedEncoder shared)
            return new OneFileModel(path, checkpoint, null);
        using Checkpoint encoder = shared.OpenBeside(path);
        IReadOnlyDictionary<string, string> metadata = encoder.Metadata;
        return new OneFileModel(path, checkpoint.Join(encoder, tensor => !IsReplaced(checkpoint, tensor.Name)), metadata);
    }

    public static bool Is(Checkpoint checkpoint) => checkpoint.Metadata.ContainsKey(VersionKey);

    /// <summary>True for a tensor that is no weight but a part of the model.</summary>
    public static bool IsPart(string tensorName)
    {
        foreach ((_, string tensor) in TensorParts)
        {
            if (tensor == tensorName)
                return true;
        }
        return false;
    }

    public override string? FileOf(string name) => null;

    public override byte[]? Read(string name)
    {
        if (TryGetTensor(name, out CheckpointTensor? tensor))
            return ReadBytes(tensor);
        if (_checkpoint.Metadata.TryGetValue(name, out string? text))
            return Encoding.UTF8.GetBytes(text);
        return SharedEncoder.IsShared(name) && _encoder?.TryGetValue(name, out text) is true ? Encoding.UTF8.GetBytes(text!) : null;
    }

    /// <summary>Whether a file has a tensor of its own in place of the encoder's; its scales then go with it.</summary>
    private static bool IsReplaced(Checkpoint head, string name) => head.TryGet(name, out _)
        || (name.EndsWith(QuantizedTensor.ScaleSuffix, StringComparison.Ordinal) && head.TryGet(name[..^QuantizedTensor.ScaleSuffix.Length], out _));

    private bool TryGetTensor(string part, [MaybeNullWhen(false)] out CheckpointTensor tensor)
    {
        foreach ((string known, string name) in TensorParts)
        {
            if (known == part)
                return _checkpoint.TryGet(name, out tensor);
        }
        tensor = null;
        return false;
    }

    private byte[] ReadBytes(CheckpointTensor tensor)
    {
        if (tensor.Type != TensorType.U8 || tensor.Shape.Length != 1 || tensor.ElementCount > Array.MaxLength)
            throw new CheckpointFormatException(Path, $"{tensor}: expected the bytes of a file, U8 [length]");
        byte[] bytes = new byte[tensor.ElementCount];
        tensor.CopyBytesTo(0, bytes);
        return bytes;
    }
}
