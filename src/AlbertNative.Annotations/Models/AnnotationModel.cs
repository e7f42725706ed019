using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Annotations;

/// <summary>
/// A model as annotators need it: opened once, with its vocabulary's own pieces, which Spark NLP's way to cut tokens takes.
/// Shared by any number of stages and threads; disposed once.
/// </summary>
public sealed class AnnotationModel : IDisposable
{
    private readonly bool _ownsModel;

    /// <summary>Puts a model and its vocabulary together; the model stays the caller's.</summary>
    /// <param name="name">How pipelines name it: what <see cref="Open"/> opens.</param>
    /// <param name="model">The model.</param>
    /// <param name="pieces">Its SentencePiece vocabulary; null for a model that has none, which the mode huggingface alone takes.</param>
    public AnnotationModel(string name, TextModel model, SentencePieceModel? pieces)
        : this(name, model, pieces, ownsModel: false)
    {
    }

    private AnnotationModel(string name, TextModel model, SentencePieceModel? pieces, bool ownsModel)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(model);
        (Name, Model, Pieces, _ownsModel) = (name, model, pieces, ownsModel);
    }

    /// <summary>How pipelines name it.</summary>
    public string Name { get; }

    /// <summary>The model.</summary>
    public TextModel Model { get; }

    /// <summary>Its vocabulary's pieces; null where it has no <c>spiece.model</c>.</summary>
    public SentencePieceModel? Pieces { get; }

    /// <summary>Opens a model: a directory, a file, a name on the hub, or the directory of an annotator that Spark NLP has saved.</summary>
    /// <param name="nameOrPath">What <see cref="TextModel.Open"/> takes, or such a directory.</param>
    /// <param name="options">What can be chosen; null for the defaults.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Stops the opening; nothing is then left open.</param>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public static AnnotationModel Open(
        string nameOrPath,
        TextModelOptions? options = null,
        IProgress<OpenProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        if (SavedFiles.Is(nameOrPath))
        {
            TextModel saved = SavedModel.Open(nameOrPath, options, progress, cancellationToken);
            string vocabulary = Path.Combine(nameOrPath, SavedModel.Vocabulary);
            return new AnnotationModel(nameOrPath, saved, Parse(File.ReadAllBytes(vocabulary), vocabulary), ownsModel: true);
        }
        ModelFiles files = ModelFiles.Open(nameOrPath, options, progress, cancellationToken);
        SentencePieceModel? pieces;
        try
        {
            pieces = files.Read(ModelFiles.SentencePieceModel) is byte[] bytes ? Parse(bytes, files.NameOf(ModelFiles.SentencePieceModel)) : null;
        }
        catch
        {
            files.Dispose();
            throw;
        }
        return new AnnotationModel(nameOrPath, TextModel.OpenFiles(files, options, progress, cancellationToken), pieces, ownsModel: true);
    }

    /// <summary>
    /// SHA-256 of what a model is made of (configuration, vocabulary, tensors), in lower-case hexadecimal digits: by it two machines
    /// tell whether they have the same one, wherever it lies.
    /// </summary>
    /// <param name="nameOrPath">What <see cref="Open"/> takes.</param>
    /// <param name="options">Where names are looked up; null for the defaults.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string HashOf(string nameOrPath, TextModelOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        return ModelHash.Of(nameOrPath, options, cancellationToken);
    }

    /// <summary>Closes the model where this has opened it; calls that are still running finish first.</summary>
    public void Dispose()
    {
        if (_ownsModel)
            Model.Dispose();
    }

    private static SentencePieceModel Parse(byte[] bytes, string source)
    {
        try
        {
            return SentencePieceModel.Parse(bytes);
        }
        catch (TokenizerFormatException e)
        {
            throw new TokenizerFormatException(source, e.Message, e);
        }
    }
}
