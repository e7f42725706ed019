using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>A model's tokenizer, wherever the model's parts lie.</summary>
public static class ModelTokenizer
{
    /// <summary>Loads the tokenizer of a directory, or of a one-file model.</summary>
    /// <param name="path">Whatever <see cref="ModelFiles.Open"/> takes.</param>
    /// <param name="options">What to do otherwise than the model's files say.</param>
    /// <exception cref="FormatException">A file is malformed or asks for something unsupported; names it.</exception>
    /// <exception cref="IOException">The model has no tokenizer, or a file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static Tokenizer Load(string path, TokenizerOptions? options = null)
    {
        using ModelFiles files = ModelFiles.Open(path);
        return files.LoadTokenizer(options);
    }

    /// <summary>Loads the tokenizer among a model's files.</summary>
    /// <exception cref="FormatException">A file is malformed or asks for something unsupported; names it.</exception>
    /// <exception cref="IOException">The model has no tokenizer, or a file cannot be read.</exception>
    public static Tokenizer LoadTokenizer(this ModelFiles files, TokenizerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        return Tokenizer.Load(files.Read, files.Root, options);
    }
}
