using AlbertNative.Hub.Files;

namespace AlbertNative.Hub.Cache;

/// <summary>What a cached snapshot, filled by whichever program, is good for.</summary>
internal static class CachedModel
{
    /// <summary>Where the snapshot's parts lie, as far as it says so itself.</summary>
    public static ModelLayout Layout(RepositoryCache cache, string commit) => cache.Has(commit, RepositoryFiles.Modules)
        ? ModelLayout.Read(cache.File(commit, RepositoryFiles.Modules))
        : ModelLayout.Plain;

    /// <summary>
    /// The weights, or the index of some, that the loader takes from the snapshot as it is; null where there are none.
    /// Like the loader this is content with a link that leads nowhere: what lies behind it in the order is not reached.
    /// </summary>
    public static string? Weights(RepositoryCache cache, string commit, ModelLayout layout) =>
        layout.Weights.FirstOrDefault(weights => File.Exists(cache.File(commit, weights)));

    /// <summary>Of each module that follows and whose weights are not there, the files of which one may hold them.</summary>
    public static IEnumerable<IReadOnlyList<string>> LackingModuleWeights(RepositoryCache cache, string commit, ModelLayout layout) =>
        layout.ModuleWeights.Where(files => !files.Any(file => cache.Has(commit, file)));

    /// <summary>The configuration is there and the weights that the loader takes are whole: the model can run.</summary>
    public static bool IsUsable(RepositoryCache cache, string commit)
    {
        ModelLayout layout = Layout(cache, commit);
        return cache.Has(commit, layout.Config)
            && Weights(cache, commit, layout) is { } weights
            && cache.Has(commit, weights)
            && (!RepositoryFiles.IsIndex(weights) || layout.Shards(cache.File(commit, weights)).All(shard => cache.Has(commit, shard)));
    }

    /// <summary>
    /// The model can run and nothing about it is in doubt: each further file is there or is known not to exist.
    /// </summary>
    public static bool IsComplete(RepositoryCache cache, string commit) =>
        IsUsable(cache, commit) && !Unsettled(cache, commit).Any();

    /// <summary>
    /// The smaller files that are neither there nor known not to exist. A snapshot filled by Python may lack, say, the
    /// pooling's settings only because nobody asked for them; taking it as it is would change a sentence-transformers
    /// model's results.
    /// </summary>
    public static IEnumerable<string> Unsettled(RepositoryCache cache, string commit)
    {
        ModelLayout layout = Layout(cache, commit);
        return layout.Descriptions.Concat(LackingModuleWeights(cache, commit, layout).SelectMany(files => files)).Where(IsUnknown);

        bool IsUnknown(string file) => !cache.Has(commit, file) && !cache.IsMissing(commit, file);
    }
}
