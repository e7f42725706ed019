using System.Text.Json;
using AlbertNative.Hub.Http;

namespace AlbertNative.Hub.Files;

/// <summary>
/// Which files of a repository make up an ALBERT model. A repository often holds the same weights in four
/// frameworks' formats; only one set of them is fetched, safetensors before PyTorch.
/// </summary>
internal static class RepositoryFiles
{
    public const string Config = "config.json";
    public const string Modules = "modules.json";

    /// <summary>The models that are read, by the <c>model_type</c> of their configuration: those of the library's families.</summary>
    public static IReadOnlyList<string> ModelTypes { get; } = ["albert", "bert"];

    /// <summary>The most bytes of a file that is no weights: the largest real ones are vocabularies of 20 MB.</summary>
    public const int MaximumDescriptionSize = 64 << 20;

    // The largest ALBERT is a gigabyte; nobody cuts one into so many.
    private const int MaximumShards = 256;

    /// <summary>The small files that describe a model as a whole; a layout says where the others lie.</summary>
    public static IReadOnlyList<string> RootDescriptions { get; } = [Modules, "config_sentence_transformers.json"];

    /// <summary>The small files of the transformer.</summary>
    public static IReadOnlyList<string> Descriptions { get; } =
    [
        Config, "spiece.model", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "vocab.txt", "sentence_bert_config.json", "sentence_albert_config.json",
    ];

    /// <summary>The files that carry weights, or list those that do, in the order in which the loader looks for them.</summary>
    public static IReadOnlyList<string> Weights { get; } =
    [
        "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
    ];

    public static bool IsIndex(string weights) => weights.EndsWith(".index.json", StringComparison.Ordinal);

    /// <summary>The names of the shards that the weight index at <paramref name="path"/> lists, each once, sorted.</summary>
    /// <exception cref="HubException">The index is broken, lists an unsafe name or more files than any model has.</exception>
    public static IReadOnlyList<string> Shards(string path) => Read<IReadOnlyList<string>>(path, root =>
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("weight_map", out JsonElement map)
            || map.ValueKind != JsonValueKind.Object)
        {
            throw Broken(path, "has no \"weight_map\" object");
        }

        SortedSet<string> shards = new(StringComparer.Ordinal);
        foreach (JsonProperty entry in map.EnumerateObject())
            shards.Add(SafeName(entry.Value, path));
        return shards.Count switch
        {
            0 => throw Broken(path, "lists no file"),
            > MaximumShards => throw Broken(path, $"lists more than {MaximumShards} files"),
            _ => [.. shards],
        };
    });

    /// <summary>The <c>model_type</c> of the configuration at <paramref name="path"/>, or null where it names none.</summary>
    /// <exception cref="HubException">The file is not JSON.</exception>
    public static string? ModelType(string path) => Read(path, root =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("model_type", out JsonElement type)
            ? ServerText.OfJson(type)
            : null);

    /// <summary>The text of a JSON string that may become a path below the cache.</summary>
    /// <exception cref="HubException">It may not; the message names the file at <paramref name="path"/>.</exception>
    public static string SafeName(JsonElement name, string path)
    {
        string text = ServerText.OfJson(name) ?? throw Broken(path, "names a file with something that is no text");
        return RepositoryPath.IsSafe(text) ? text : throw Broken(path, $"names the unsafe path '{ServerText.Clean(text)}'");
    }

    /// <summary>What <paramref name="read"/> makes of the root of a small JSON file.</summary>
    /// <exception cref="HubException">It is not one.</exception>
    public static T Read<T>(string path, Func<JsonElement, T> read)
    {
        if (RegularFile.FaultOf(path) is string fault)
            throw Broken(path, $"is {fault}");
        if (new FileInfo(path).Length > MaximumDescriptionSize)
            throw Broken(path, "is too large for what it is");
        try
        {
            using JsonDocument json = StrictJson.Parse(File.ReadAllBytes(path));
            return read(json.RootElement);
        }
        catch (JsonException e)
        {
            throw Broken(path, $"is not valid JSON ({e.Message})", e);
        }
    }

    public static HubException Broken(string path, string what, Exception? cause = null) =>
        new(HubFailure.InvalidResponse, $"{path} {what}. If the hub's own copy is right, delete this one and it will be fetched again.", cause);
}
