using System.IO.Compression;
using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Model.Onnx;

namespace AlbertNative.Annotations;

/// <summary>The model of an annotator that Spark NLP has saved, laid out as a directory of Hugging Face's for as long as it is opened.</summary>
internal static class SavedModel
{
    /// <summary>The name of the vocabulary.</summary>
    public const string Vocabulary = "albert_spp";

    private const string Graph = "model.onnx";
    private const int Chunk = 1 << 16;

    /// <summary>Opens it; its weights are copied into memory.</summary>
    /// <exception cref="FormatException">A file is malformed, or the weights are not ONNX; says what to do instead.</exception>
    public static TextModel Open(
        string directory, TextModelOptions? options, IProgress<OpenProgress>? progress, CancellationToken cancellationToken)
    {
        SavedFiles files = SavedFiles.Read(directory);
        string engineFile = EngineFile(files);
        string vocabulary = Path.Combine(directory, Vocabulary);
        if (!File.Exists(vocabulary))
            throw new PipelineFormatException($"{directory}: there is no {Vocabulary}, ALBERT's vocabulary");
        foreach (string file in (string[])[engineFile, vocabulary])
        {
            if (RegularFile.FaultOf(file) is string fault)
                throw new PipelineFormatException($"{file}: {fault}");
        }

        string folder = Directory.CreateTempSubdirectory("albert-saved-").FullName;
        try
        {
            string graph = Path.Combine(folder, Graph);
            Unpack(engineFile, graph, cancellationToken);
            File.Copy(vocabulary, Path.Combine(folder, ModelFiles.SentencePieceModel));
            WriteConfiguration(files, graph, folder);
            options = (options ?? new TextModelOptions()) with { Weights = WeightAccess.Copied };
            return TextModel.Open(graph, options, progress, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What it is made of: the graph, the vocabulary, and the labels where there are any.</summary>
    /// <exception cref="FormatException">There is none, or it is not ONNX.</exception>
    public static IEnumerable<string> FilesOf(string directory)
    {
        string labels = Path.Combine(directory, "fields", "labels");
        return
        [
            EngineFile(SavedFiles.Read(directory)), Path.Combine(directory, Vocabulary),
            .. Directory.Exists(labels) ? Directory.EnumerateFiles(labels, "part-*") : [],
        ];
    }

    private static string EngineFile(SavedFiles files)
    {
        if (files.Engine != "onnx")
        {
            throw new PipelineFormatException(
                $"{files.Directory}: its weights are for {files.Engine}, and only ONNX ones are read. Open the checkpoint that it was " +
                "imported from (albert-base-v1 on the Hugging Face hub for albert_embeddings_albert_base_v1), or import that into " +
                "Spark NLP again as ONNX and save it");
        }
        string[] found = [.. Directory.EnumerateFiles(files.Directory, "*_onnx").Where(file => !Path.GetFileName(file).StartsWith('.'))];
        return found is [string file]
            ? file
            : throw new PipelineFormatException($"{files.Directory}: {found.Length} files end in _onnx, expected one");
    }

    /// <summary>The first entry, whatever its name is. It is stored in fact, so that more than the file holds is a bomb.</summary>
    private static void Unpack(string file, string destination, CancellationToken cancellationToken)
    {
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(file);
            ZipArchiveEntry entry = archive.Entries.FirstOrDefault() ?? throw new InvalidDataException("it is empty");
            long limit = new FileInfo(file).Length + Chunk;
            using Stream source = entry.Open();
            using FileStream target = File.Create(destination);
            byte[] buffer = new byte[Chunk];
            for (int read; (read = source.Read(buffer)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                limit -= read;
                if (limit < 0)
                    throw new InvalidDataException($"its entry {entry.FullName} is compressed, and longer than the file");
                target.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException e)
        {
            throw new PipelineFormatException($"{file}: no ZIP file with a graph as Spark NLP writes it: {e.Message}", e);
        }
    }

    /// <summary>What the graph says of itself, with the labels that were saved, and how the vocabulary is to be used.</summary>
    private static void WriteConfiguration(SavedFiles files, string graph, string folder)
    {
        ModelConfig config;
        using (AlbertOnnx onnx = AlbertOnnx.Open(graph))
            config = onnx.Config;
        if (files.ReadLabels() is string[] labels)
        {
            if (labels.Length != config.LabelCount)
                throw new PipelineFormatException($"{files.Directory}: {labels.Length} labels, the graph gives {config.LabelCount}");
            config = config with { Labels = [.. labels] };
        }
        File.WriteAllBytes(Path.Combine(folder, ModelFiles.Config), config.ToJson());
        using FileStream tokenizer = File.Create(Path.Combine(folder, "tokenizer_config.json"));
        using Utf8JsonWriter json = new(tokenizer);
        json.WriteStartObject();
        json.WriteBoolean("do_lower_case", !files.CaseSensitive);
        json.WriteEndObject();
    }
}
