using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>
/// Makes one file of a model: a valid safetensors file that holds weights, configuration, tokenizer, task defaults and
/// provenance. The same source gives the same bytes.
/// </summary>
public static class ModelConverter
{
    /// <summary>The ending of a one-file model's name.</summary>
    public const string Extension = ".safetensors";

    /// <summary>Converts a model.</summary>
    /// <param name="source">A directory in Hugging Face's layout, a checkpoint file with its other parts beside it, or a one-file model.</param>
    /// <param name="destination">The file to write; it is replaced where it exists, and only by a complete one.</param>
    /// <param name="options">How to convert.</param>
    /// <param name="progress">Told what share of the weights has been written, from 0 to 1.</param>
    /// <param name="cancellationToken">Stops the conversion; nothing is then left behind.</param>
    /// <exception cref="FormatException">The source is malformed, does not fit together or is not supported; names every fault.</exception>
    /// <exception cref="ArgumentException">The destination has another ending, or is a file of the source; or the encoder is not beside it.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static ConversionSummary Convert(
        string source,
        string destination,
        ConversionOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        options ??= ConversionOptions.Default;
        if (!destination.EndsWith(Extension, StringComparison.Ordinal))
            throw new ArgumentException($"{destination}: a one-file model's name ends with {Extension}");

        using ConversionSource model = ConversionSource.Open(source, options.ConfigPath);
        model.RefuseInPlace(destination);
        SharedEncoder? shared = options.EncoderPath is null ? null : EncoderOf(options.EncoderPath, destination);
        using ModelFiles? encoder = options.EncoderPath is null ? null : ModelFiles.OpenPath(options.EncoderPath);
        ConvertedWeights weights = model.Plan(options.Storage, encoder is null ? null : WeightSource.From(encoder.Checkpoint));
        IReadOnlyDictionary<string, byte[]> parts = encoder is null ? model.Parts.Contents : SharedEncoder.PartsBeside(model.Parts.Contents, encoder);
        ConversionSummary summary = model.Summarize(weights, options.Storage) with { Parts = [.. parts.Keys] };
        if (options.DryRun)
        {
            weights.Check(cancellationToken);
            return summary;
        }

        ModelProvenance provenance = ConversionProvenance.Of(model, options, cancellationToken);
        SafetensorsWriter writer = OneFileModelWriter.Create(parts, provenance, options.Hold ?? model.Hold, shared);
        weights.AddTo(writer);
        writer.Save(destination, ShareOf(summary.WeightBytes, progress), cancellationToken);
        return summary with { WrittenBytes = new FileInfo(destination).Length };
    }

    /// <summary>The encoder's file, which is to lie beside the destination.</summary>
    private static SharedEncoder EncoderOf(string encoder, string destination)
    {
        string path = Path.GetFullPath(encoder), result = Path.GetFullPath(destination);
        if (Path.GetDirectoryName(path) != Path.GetDirectoryName(result) || path == result)
            throw new ArgumentException($"{encoder} is not another file in the directory of {destination}, where its encoder must be");
        return SharedEncoder.Of(encoder);
    }

    /// <summary>Turns bytes written into a share of the whole.</summary>
    internal static IProgress<long>? ShareOf(long total, IProgress<double>? progress) =>
        progress is null ? null : new ShareProgress(total, progress);

    // Not Progress<T>, which would report later and elsewhere.
    private sealed class ShareProgress(long total, IProgress<double> progress) : IProgress<long>
    {
        public void Report(long value) => progress.Report(Math.Min(1, value / (double)Math.Max(1, total)));
    }
}
