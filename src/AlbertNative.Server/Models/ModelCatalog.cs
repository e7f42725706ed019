using System.Collections.Immutable;
using AlbertNative.Server.Configuration;

namespace AlbertNative.Server.Models;

/// <summary>
/// What may be served: the models of the settings, and those that lie in the repository's folder. Nothing else can be loaded,
/// whatever name a request has.
/// </summary>
internal sealed class ModelCatalog
{
    private const string OneFile = ".safetensors";

    private volatile Contents _contents;

    /// <exception cref="IOException">The repository's folder cannot be read.</exception>
    /// <exception cref="FormatException">An alias or the default is none of the models.</exception>
    public ModelCatalog(ServerOptions options) => _contents = Contents.Of(options);

    /// <summary>The models, those of the settings first.</summary>
    public ImmutableArray<ModelSpec> Specs => _contents.Specs;

    /// <summary>What clients can call models by.</summary>
    public IEnumerable<string> Names => Specs.Select(spec => spec.Name).Concat(_contents.Options.Aliases.Keys);

    /// <summary>The model of requests that name none.</summary>
    public string? DefaultName => _contents.Options.DefaultModel is string name ? Resolve(name) : Specs.FirstOrDefault()?.Name;

    /// <summary>The model that a name stands for.</summary>
    public string Resolve(string name) => _contents.Options.Aliases.GetValueOrDefault(name, name);

    /// <summary>The model of a name; null where there is none.</summary>
    public ModelSpec? Find(string name) => Specs.FirstOrDefault(spec => spec.Name == name);

    /// <summary>Whether the settings themselves name a model, so that nothing is ready without it.</summary>
    public bool IsRequired(ModelSpec spec) => _contents.Options.Models.Contains(spec);

    /// <summary>Looks again what lies in the repository's folder.</summary>
    /// <exception cref="IOException">It cannot be read; nothing is changed.</exception>
    /// <exception cref="FormatException">An alias or the default is none of the models any more; nothing is changed.</exception>
    public void Refresh() => Replace(_contents.Options);

    /// <summary>Takes other settings.</summary>
    /// <exception cref="IOException">The repository's folder cannot be read; nothing is changed.</exception>
    /// <exception cref="FormatException">An alias or the default is none of the models; nothing is changed.</exception>
    public void Replace(ServerOptions options) => _contents = Contents.Of(options);

    private sealed record Contents(ServerOptions Options, ImmutableArray<ModelSpec> Specs)
    {
        public static Contents Of(ServerOptions options)
        {
            ImmutableArray<ModelSpec> specs = options.Models;
            if (options.ModelRepository is string folder)
            {
                HashSet<string> taken = [.. specs.Select(spec => spec.Name), .. options.Aliases.Keys];
                specs = specs.AddRange(ReadFolder(folder).Where(spec => taken.Add(spec.Name)));
            }
            if (options.DefaultModel is string name && !Has(options.Aliases.GetValueOrDefault(name, name)))
                throw new FormatException($"--default-model: no model is called {name}");
            foreach ((string alias, string model) in options.Aliases)
            {
                if (!Has(model))
                    throw new FormatException($"--alias {alias}={model}: no model is called {model}");
            }
            return new(options, specs);

            bool Has(string model) => specs.Any(spec => spec.Name == model);
        }

        private static IEnumerable<ModelSpec> ReadFolder(string folder)
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                string? name = entry switch
                {
                    { Name: ['.', ..] } => null,
                    DirectoryInfo when File.Exists(Path.Combine(entry.FullName, "config.json")) => entry.Name,
                    FileInfo { Extension: OneFile } => Path.GetFileNameWithoutExtension(entry.Name),
                    _ => null,
                };
                if (name is { Length: > 0 } && !name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
                    yield return new ModelSpec { Name = name, Path = entry.FullName };
            }
        }
    }
}
