using System.Text.Json;
using System.Text.Json.Nodes;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>A model's parts other than its weights: configuration, tokenizer and what sentence-transformers adds.</summary>
internal sealed class ModelParts
{
    private static readonly string[] BesideWeights =
    [
        ModelFiles.Config, ModelFiles.SentencePieceModel, ModelFiles.TokenizerJson, ModelFiles.WordPieceVocabulary,
        "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", .. SentenceTransformerModules.TransformerConfigs,
    ];

    // What sentence-transformers calls it.
    private const string PoolingFolder = "1_Pooling";

    private readonly SortedDictionary<string, byte[]> _contents = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);

    private ModelParts()
    {
    }

    /// <summary>The parts' contents by their names.</summary>
    public IReadOnlyDictionary<string, byte[]> Contents => _contents;

    /// <summary>The files that they were read from, by their names; fewer where parts are inside another file.</summary>
    public IReadOnlyDictionary<string, string> Files => _files;

    /// <summary>Reads them.</summary>
    /// <param name="files">The directory or file that was named.</param>
    /// <param name="transformer">Where the weights and what belongs to them are: the same, but for some of sentence-transformers.</param>
    /// <param name="modules">What sentence-transformers' files say.</param>
    /// <exception cref="CheckpointFormatException">A part is not what it should be.</exception>
    public static ModelParts Read(ModelFiles files, ModelFiles transformer, SentenceTransformerModules? modules)
    {
        ModelParts parts = new();
        foreach (string name in BesideWeights)
            parts.Add(transformer, name);
        if (modules is not null || CrossEncoderConfig.Describes(files))
        {
            parts.Add(files, SentenceTransformerModules.FileName);
            parts.Add(files, SentenceTransformerConfig.FileName);
        }
        if (modules is not null)
        {
            if (modules.Vectors.Any(module => module is DenseModule))
                throw new CheckpointFormatException(modules.Source, "has a Dense module, whose weights one file has no place for: use the directory as it is");
            // Where the Transformer's files move to, the pooling's configuration cannot stay: both are a config.json.
            bool moves = modules.TransformerPath.Length > 0, moved = moves && modules.PoolingPath.Length == 0;
            string pooling = SentenceTransformerModules.In(modules.PoolingPath, SentenceTransformerModules.ModuleConfig);
            parts.Add(files, pooling, moved ? $"{PoolingFolder}/{SentenceTransformerModules.ModuleConfig}" : pooling);
            foreach (string path in modules.VectorPaths)
                parts.Add(files, SentenceTransformerModules.In(path, SentenceTransformerModules.ModuleConfig));
            if (moves)
                parts.MoveModules(moved ? PoolingFolder : null);
        }
        return parts;
    }

    /// <summary>Replaces the configuration.</summary>
    public void SetConfig(string file)
    {
        _contents[ModelFiles.Config] = File.ReadAllBytes(file);
        _files[ModelFiles.Config] = file;
    }

    private void Add(ModelFiles files, string name) => Add(files, name, name);

    private void Add(ModelFiles files, string name, string newName)
    {
        if (files.Read(name) is byte[] content)
            _contents[newName] = content;
        if (files.FileOf(name) is string file)
            _files[newName] = file;
    }

    /// <summary>The converted model has the Transformer's files beside the modules', whatever folder they came from.</summary>
    private void MoveModules(string? poolingFolder)
    {
        JsonArray modules = JsonNode.Parse(_contents[SentenceTransformerModules.FileName])!.AsArray();
        modules[0]!["path"] = "";
        if (poolingFolder is not null)
            modules[1]!["path"] = poolingFolder;
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            modules.WriteTo(writer);
        _contents[SentenceTransformerModules.FileName] = text.ToArray();
    }
}
