using System.Security.Cryptography;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>
/// A one-file model beside another one, which takes its encoder and its tokenizer from it: any number of fine-tuned heads ship
/// with one encoder.
/// </summary>
/// <param name="FileName">The file's name; it lies in the same directory.</param>
/// <param name="Sha256">Of the whole file, in lower-case hexadecimal: another encoder would give other answers.</param>
public sealed record SharedEncoder(string FileName, string Sha256)
{
    private const string NameKey = "albertnative.encoder";
    private const string HashKey = "albertnative.encoder_sha256";

    /// <summary>The parts that come from the encoder's file where a model has none of its own.</summary>
    private static readonly string[] SharedParts =
        [.. ModelFiles.Vocabularies, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];

    /// <summary>Names a one-file model as another's encoder.</summary>
    /// <exception cref="CheckpointFormatException">The file is no one-file model, or has its own encoder elsewhere.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SharedEncoder Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using (Checkpoint checkpoint = Checkpoint.Open(path))
            RequireWhole(checkpoint);
        return new SharedEncoder(Path.GetFileName(path), HashOf(path));
    }

    /// <summary>
    /// The parts of a model that are to be written beside its encoder's: those that the encoder does not have with the same content.
    /// </summary>
    /// <param name="parts">The model's, by name.</param>
    /// <param name="encoder">The encoder's files.</param>
    /// <exception cref="CheckpointFormatException">The encoder has a part of the tokenizer that the model has not, so that it would tokenize otherwise.</exception>
    public static IReadOnlyDictionary<string, byte[]> PartsBeside(IReadOnlyDictionary<string, byte[]> parts, ModelFiles encoder)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(encoder);
        Dictionary<string, byte[]> own = new(parts, StringComparer.Ordinal);
        foreach (string name in SharedParts)
        {
            if (encoder.Read(name) is not byte[] shared)
                continue;
            if (!own.TryGetValue(name, out byte[]? content))
                throw new CheckpointFormatException(encoder.Path, $"has a {name}, which the model has not: the two do not tokenize alike");
            if (content.AsSpan().SequenceEqual(shared))
                own.Remove(name);
        }
        return own;
    }

    /// <summary>The file that a one-file model takes its encoder from, whether it is there or not; null where the model has all of its weights itself.</summary>
    /// <exception cref="CheckpointFormatException">The file is malformed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string? FileBeside(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using Checkpoint checkpoint = Checkpoint.Open(path);
        return Read(checkpoint)?.PathBeside(path);
    }

    /// <summary>What a one-file model's metadata names; null where it has all of its weights itself.</summary>
    internal static SharedEncoder? Read(Checkpoint checkpoint)
    {
        if (!checkpoint.Metadata.TryGetValue(NameKey, out string? name))
            return null;
        if (name is "" or "." or ".." || name.AsSpan().IndexOfAny("/\\:\0") >= 0)
            throw new CheckpointFormatException(checkpoint.Source, $"{NameKey} is '{name}', expected the name of a file beside it");
        return new SharedEncoder(name, checkpoint.Metadata.GetValueOrDefault(HashKey, ""));
    }

    internal static bool IsShared(string part) => SharedParts.Contains(part);

    /// <summary>The entries of a one-file model's metadata.</summary>
    internal IEnumerable<KeyValuePair<string, string>> ToMetadata() => [new(NameKey, FileName), new(HashKey, Sha256)];

    /// <summary>Opens the encoder of a model.</summary>
    /// <exception cref="CheckpointFormatException">It is not there, or another one than the model was made with.</exception>
    internal Checkpoint OpenBeside(string model)
    {
        string path = PathBeside(model);
        if (!File.Exists(path))
            throw new CheckpointFormatException(model, $"is a head for the encoder in {FileName}, which is not beside it");
        Checkpoint encoder = Checkpoint.Open(path);
        try
        {
            RequireWhole(encoder);
            string found = HashOf(path);
            return found == Sha256
                ? encoder
                : throw new CheckpointFormatException(model, $"is a head for another encoder than {FileName}: SHA-256 {found}, expected {Sha256}");
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    private string PathBeside(string model) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, FileName);

    private static void RequireWhole(Checkpoint encoder)
    {
        if (!OneFileModel.Is(encoder))
            throw new CheckpointFormatException(encoder.Source, "is no one-file model, which an encoder of others must be");
        if (encoder.Metadata.ContainsKey(NameKey))
            throw new CheckpointFormatException(encoder.Source, "is itself a head for the encoder of another file");
    }

    private static string HashOf(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
