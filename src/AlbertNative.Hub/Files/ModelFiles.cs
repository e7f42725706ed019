using System.Text.Json;
using AlbertNative.Hub.Http;

namespace AlbertNative.Hub.Files;

/// <summary>
/// Which files of a repository make up an ALBERT model. A repository often holds the same weights in four
/// frameworks' formats; only one set of them is fetched, safetensors before PyTorch.
/// </summary>
internal static class ModelFiles
{
    public const string Config = "config.json";
    public const string Modules = "modules.json";

    private const int MaximumJsonSize = 64 << 20;

    /// <summary>The small files, each fetched where the repository has it.</summary>
    public static IReadOnlyList<string> Descriptions { get; } =
    [
        Config, "spiece.model", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "vocab.txt", Modules, "sentence_bert_config.json", "sentence_albert_config.json",
        "config_sentence_transformers.json",
    ];

    /// <summary>The files that carry weights, or list those that do, best first.</summary>
    public static IReadOnlyList<string> Weights { get; } =
    [
        "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
    ];

    public static bool IsIndex(string weights) => weights.EndsWith(".index.json", StringComparison.Ordinal);

    /// <summary>The names of the shards that the weight index at <paramref name="path"/> lists, each once, sorted.</summary>
    /// <exception cref="HubException">The index is broken or lists an unsafe name.</exception>
    public static IReadOnlyList<string> Shards(string path)
    {
        using JsonDocument json = Read(path);
        if (json.RootElement.ValueKind != JsonValueKind.Object
            || !json.RootElement.TryGetProperty("weight_map", out JsonElement map)
            || map.ValueKind != JsonValueKind.Object)
        {
            throw Broken(path, "has no \"weight_map\" object");
        }

        SortedSet<string> shards = new(StringComparer.Ordinal);
        foreach (JsonProperty entry in map.EnumerateObject())
            shards.Add(SafeName(entry.Value, path));
        return shards.Count > 0 ? [.. shards] : throw Broken(path, "lists no file");
    }

    /// <summary>The configurations of the modules that a sentence-transformers <c>modules.json</c> names.</summary>
    /// <exception cref="HubException">The file is broken or names an unsafe folder.</exception>
    public static IReadOnlyList<string> ModuleConfigs(string path)
    {
        using JsonDocument json = Read(path);
        if (json.RootElement.ValueKind != JsonValueKind.Array)
            throw Broken(path, "is not an array");

        List<string> configs = [];
        foreach (JsonElement module in json.RootElement.EnumerateArray())
        {
            // The transformer itself sits at the root and has an empty path.
            if (module.ValueKind == JsonValueKind.Object && module.TryGetProperty("path", out JsonElement folder)
                && !(folder.ValueKind == JsonValueKind.String && folder.ValueEquals("")))
            {
                configs.Add($"{SafeName(folder, path)}/config.json");
            }
        }
        return configs;
    }

    /// <summary>The <c>model_type</c> of the configuration at <paramref name="path"/>, or null where it names none.</summary>
    /// <exception cref="HubException">The file is not JSON.</exception>
    public static string? ModelType(string path)
    {
        using JsonDocument json = Read(path);
        return json.RootElement.ValueKind == JsonValueKind.Object
            && json.RootElement.TryGetProperty("model_type", out JsonElement type)
                ? ServerText.OfJson(type)
                : null;
    }

    private static string SafeName(JsonElement name, string path)
    {
        string text = ServerText.OfJson(name) ?? throw Broken(path, "names a file with something that is no text");
        return RepositoryPath.IsSafe(text) ? text : throw Broken(path, $"names the unsafe path '{ServerText.Clean(text)}'");
    }

    private static JsonDocument Read(string path)
    {
        if (new FileInfo(path).Length > MaximumJsonSize)
            throw Broken(path, "is too large for what it is");
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw Broken(path, $"is not valid JSON ({e.Message})", e);
        }
    }

    private static HubException Broken(string path, string what, Exception? cause = null) =>
        new(HubFailure.InvalidResponse, $"{path} {what}. If the hub's own copy is right, delete this one and it will be fetched again.", cause);
}
