using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Model.Onnx.Export;

namespace AlbertNative.Annotations;

/// <summary>Writes a model as the directory that Spark NLP's <c>loadSavedModel</c> takes: an ONNX graph, vocabulary and labels.</summary>
public static class SparkNlpExporter
{
    /// <summary>The rows of word embeddings that Spark NLP's warm-up asks for, whatever the vocabulary: it feeds ids up to 28,937.</summary>
    public const int WarmUpRows = 28_938;

    /// <summary>Exports a model.</summary>
    /// <param name="source">A model's directory or file.</param>
    /// <param name="directory">The directory to make; it must not exist, or be empty. It appears only when it is complete.</param>
    /// <param name="progress">Told the number of bytes of weights written so far.</param>
    /// <param name="cancellationToken">Stops the export; nothing is then left behind.</param>
    /// <exception cref="FormatException">The source is malformed or not supported; names it.</exception>
    /// <exception cref="NotSupportedException">Spark NLP has no class for the model, or the graph would be larger than 2 GB.</exception>
    /// <exception cref="IOException">The directory is in use, or a file cannot be read or written.</exception>
    public static SparkNlpExport Export(
        string source, string directory, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        string final = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (File.Exists(final) || (Directory.Exists(final) && Directory.EnumerateFileSystemEntries(final).Any()))
            throw new IOException($"{directory} exists: name a directory that does not, or that is empty");

        using ModelFiles files = ModelFiles.OpenPath(source);
        ModelConfig config = files.ReadConfig();
        SparkFamily family = SparkFamily.Of(config);
        (ModelArchitecture architecture, string className) = ClassOf(config, family.ClassPrefix);
        string partial = Path.Combine(Path.GetDirectoryName(final)!, $".{Path.GetFileName(final)}.{Guid.NewGuid():N}.partial");
        try
        {
            Directory.CreateDirectory(Path.Combine(partial, "assets"));
            WriteAssets(files, config, family.Vocabulary, architecture, Path.Combine(partial, "assets"));
            int rows = Math.Max(config.VocabularySize, WarmUpRows);
            OnnxExport.Save(
                config with { VocabularySize = rows },
                new PaddedVocabulary(WeightSource.From(files.Checkpoint), config.VocabularySize, rows),
                architecture, Path.Combine(partial, "model.onnx"), progress, cancellationToken);
            if (Directory.Exists(final))
                Directory.Delete(final);
            Directory.Move(partial, final);
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
        }
        long bytes = Directory.EnumerateFiles(final, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        return new SparkNlpExport(className, bytes, NotesOn(config, family));
    }

    private static (ModelArchitecture Architecture, string ClassName) ClassOf(ModelConfig config, string family) => config.DefaultArchitecture switch
    {
        ModelArchitecture.TokenClassification => (ModelArchitecture.TokenClassification, family + "ForTokenClassification"),
        ModelArchitecture.SequenceClassification => (ModelArchitecture.SequenceClassification, family + "ForSequenceClassification"),
        ModelArchitecture.QuestionAnswering => (ModelArchitecture.QuestionAnswering, family + "ForQuestionAnswering"),
        ModelArchitecture.MultipleChoice => (ModelArchitecture.MultipleChoice, family + "ForMultipleChoice"),
        // What has a head for words alone gives vectors there.
        _ => (ModelArchitecture.Model, family + "Embeddings"),
    };

    private static void WriteAssets(ModelFiles files, ModelConfig config, string vocabulary, ModelArchitecture architecture, string folder)
    {
        byte[] bytes = files.Read(vocabulary)
            ?? throw new NotSupportedException($"{files.Root}: there is no {vocabulary}, the only form of vocabulary that Spark NLP takes");
        File.WriteAllBytes(Path.Combine(folder, vocabulary), bytes);
        if (architecture is not (ModelArchitecture.TokenClassification or ModelArchitecture.SequenceClassification))
            return;
        if (config.Labels.FirstOrDefault(label => label.AsSpan().ContainsAny('\n', '\r')) is string label)
            throw new CheckpointFormatException(files.NameOf(ModelFiles.Config), $"the label '{label}' has a line end, which Spark NLP's labels.txt cannot hold");
        File.WriteAllText(Path.Combine(folder, "labels.txt"), string.Join('\n', config.Labels) + "\n", new UTF8Encoding(false));
    }

    private static List<string> NotesOn(ModelConfig config, SparkFamily family)
    {
        List<string> notes = [.. family.ExportNotes];
        if (config.VocabularySize < WarmUpRows)
            notes.Add($"the word embeddings have rows of zeros behind their {config.VocabularySize}, up to the {WarmUpRows} that Spark NLP's warm-up reads; none is used");
        return notes;
    }
}
