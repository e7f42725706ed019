using System.Globalization;
using System.Text.RegularExpressions;

namespace AlbertNative.Annotations;

/// <summary>
/// NLU's one-liner, <c>nlu.load(name).predict(text)</c>: a vector for each token, of a pipeline that is put together of itself.
/// Sentences are cut by rules, where NLU takes a neural model of its own.
/// </summary>
public sealed partial class NluPipeline : IDisposable
{
    private const string NluPrefix = "en.embed.";

    private readonly AnnotationPipeline _pipeline;
    private bool _ownsModel;

    /// <summary>Puts the pipeline together over a model that is open, and stays the caller's.</summary>
    /// <param name="model">The model.</param>
    /// <param name="reference">NLU's name of it, or any other, of which that of the column of vectors is made.</param>
    /// <param name="mode">Whose numbers the vectors are.</param>
    /// <exception cref="ArgumentException">The model lacks what the mode needs.</exception>
    public NluPipeline(AnnotationModel model, string reference, AnnotationMode mode = AnnotationMode.SparkNlp)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(reference);
        Model = model;
        EmbeddingsColumn = "word_embedding_" + NameOf(reference);
        _pipeline = new AnnotationPipeline(
            new DocumentAssembler { InputCol = "text", OutputCol = "document" },
            new SentenceDetector { InputCols = ["document"], OutputCol = "sentence" },
            new Tokenizer { InputCols = ["sentence"], OutputCol = "token" },
            SparkFamily.Of(model.Model.Config).Embeddings(model, mode));
    }

    /// <summary>The model.</summary>
    public AnnotationModel Model { get; }

    /// <summary>What is to be said of where the model came from; null where it is what was named.</summary>
    public string? Message { get; private init; }

    /// <summary>The name of the column of vectors, as NLU makes it of the reference.</summary>
    public string EmbeddingsColumn { get; }

    /// <summary>Opens a model and puts its pipeline together.</summary>
    /// <param name="reference">
    /// NLU's or Spark NLP's name (see <see cref="SparkNlpNames"/>), or whatever <see cref="AnnotationModel.Open"/> takes.
    /// </param>
    /// <param name="options">What can be chosen of the model; null for the defaults.</param>
    /// <param name="mode">Whose numbers the vectors are.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static NluPipeline Load(
        string reference, TextModelOptions? options = null, AnnotationMode mode = AnnotationMode.SparkNlp, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        bool isKnown = SparkNlpNames.TryResolve(reference, out string checkpoint, out string message);
        AnnotationModel model = AnnotationModel.Open(isKnown ? checkpoint : reference, options, cancellationToken: cancellationToken);
        try
        {
            return new NluPipeline(model, reference, mode) { _ownsModel = true, Message = isKnown ? message : null };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The rows for texts, in their order, lazily.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="level">What a row stands for.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    public IEnumerable<NluRow> Predict(
        IEnumerable<string?> texts, OutputLevel level = OutputLevel.Token, CancellationToken cancellationToken = default) =>
        PredictEach(texts, level, cancellationToken).SelectMany(rows => rows);

    /// <summary>The rows of each of some texts, in their order, lazily.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="level">What a row stands for.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    public IEnumerable<IReadOnlyList<NluRow>> PredictEach(
        IEnumerable<string?> texts, OutputLevel level = OutputLevel.Token, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return _pipeline.Transform(texts, cancellationToken).Select((row, index) => RowsOf(row, index, level));
    }

    /// <summary>The rows for one text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="level">What a row stands for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public IReadOnlyList<NluRow> Predict(
        string text, OutputLevel level = OutputLevel.Token, CancellationToken cancellationToken = default) =>
        [.. Predict([text], level, cancellationToken)];

    /// <summary>Closes the model where this has opened it.</summary>
    public void Dispose()
    {
        if (_ownsModel)
            Model.Dispose();
    }

    private static NluRow[] RowsOf(AnnotationRow row, int index, OutputLevel level)
    {
        IReadOnlyList<Annotation> words = row.Annotations("embeddings");
        (string column, ILookup<string, Annotation> vectors, Func<Annotation, string> keyOf) = level switch
        {
            OutputLevel.Token => ("token", words.ToLookup(PlaceOf), (Func<Annotation, string>)PlaceOf),
            OutputLevel.Sentence => ("sentence", words.ToLookup(word => word.Sentence), sentence => sentence.Sentence),
            _ => ("document", words.ToLookup(_ => ""), _ => ""),
        };
        return
        [
            .. row.Annotations(column).Select(annotation => new NluRow(
                level, index, annotation.Result, annotation.Begin, annotation.End, VectorsOf(vectors[keyOf(annotation)], level))),
        ];
    }

    // Of a token there is one, empty where the token was cut off.
    private static ReadOnlyMemory<float>[] VectorsOf(IEnumerable<Annotation> words, OutputLevel level) => level == OutputLevel.Token
        ? [words.Select(word => word.Embeddings).FirstOrDefault()]
        : [.. words.Select(word => word.Embeddings)];

    private static string PlaceOf(Annotation annotation) => string.Create(CultureInfo.InvariantCulture, $"{annotation.Begin}-{annotation.End}");

    private static string NameOf(string reference)
    {
        if (reference.StartsWith(NluPrefix, StringComparison.Ordinal))
            return reference[NluPrefix.Length..];
        string name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(reference.Replace('\\', '/')));
        return NoName.Replace(name, "_").Replace("albert_embeddings_", "", StringComparison.Ordinal);
    }

    [GeneratedRegex("[^A-Za-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex NoName { get; }
}
