using System.Text.Json;

namespace AlbertNative.Hub.Files;

/// <summary>
/// Where in a repository a model's parts lie: mostly all at its root; in older models of sentence-transformers the
/// transformer has a folder of its own, which <c>modules.json</c> names first.
/// </summary>
/// <param name="Transformer">The folder of configuration, tokenizer and weights; empty for the root.</param>
/// <param name="Modules">The folders of the modules that follow the transformer and have one.</param>
internal sealed record ModelLayout(string Transformer, IReadOnlyList<string> Modules)
{
    // More modules than any model has; each costs a question to the hub.
    private const int MaximumModules = 32;

    /// <summary>The layout without a <c>modules.json</c>.</summary>
    public static ModelLayout Plain { get; } = new("", []);

    public string Config => Beside(RepositoryFiles.Config);

    /// <summary>The small files, each fetched where the repository has it; <c>modules.json</c> is among them.</summary>
    public IEnumerable<string> Descriptions => RepositoryFiles.RootDescriptions
        .Concat(RepositoryFiles.Descriptions.Select(Beside))
        .Concat(Modules.Select(folder => $"{folder}/{RepositoryFiles.Config}"));

    /// <summary>
    /// For each module that follows, the files of which one holds its weights, if it has any, in the order in which the
    /// loader looks for them.
    /// </summary>
    public IEnumerable<IReadOnlyList<string>> ModuleWeights =>
        Modules.Select(folder => (IReadOnlyList<string>)[$"{folder}/model.safetensors", $"{folder}/pytorch_model.bin"]);

    /// <summary>The files that carry weights, or list those that do, in the order in which the loader looks for them.</summary>
    public IEnumerable<string> Weights => RepositoryFiles.Weights.Select(Beside);

    /// <summary>The shards that the weight index at <paramref name="path"/> lists.</summary>
    /// <exception cref="HubException">The index is broken, lists an unsafe name or more shards than any model has.</exception>
    public IEnumerable<string> Shards(string path) => RepositoryFiles.Shards(path).Select(Beside);

    /// <summary>The layout that the <c>modules.json</c> at <paramref name="path"/> gives.</summary>
    /// <exception cref="HubException">The file is broken or names an unsafe folder.</exception>
    public static ModelLayout Read(string path) => RepositoryFiles.Read(path, root =>
    {
        if (root.ValueKind != JsonValueKind.Array)
            throw RepositoryFiles.Broken(path, "is not an array");
        if (root.GetArrayLength() > MaximumModules)
            throw RepositoryFiles.Broken(path, $"names more than {MaximumModules} modules");

        List<string> folders = [.. root.EnumerateArray().Select(module => Folder(module, path))];
        return new ModelLayout(folders.FirstOrDefault(""), [.. folders.Skip(1).Where(folder => folder.Length > 0)]);
    });

    private static string Folder(JsonElement module, string path) =>
        module.ValueKind == JsonValueKind.Object && module.TryGetProperty("path", out JsonElement folder)
        && !(folder.ValueKind == JsonValueKind.String && folder.ValueEquals(""))
            ? RepositoryFiles.SafeName(folder, path)
            : "";

    private string Beside(string file) => Transformer.Length == 0 ? file : $"{Transformer}/{file}";
}
