using AlbertNative.Hub.Files;

namespace AlbertNative.Hub.Cache;

/// <summary>What a cached snapshot, filled by whichever program, is good for.</summary>
internal static class CachedModel
{
    /// <summary>The configuration and one whole set of weights are there: the model can run.</summary>
    public static bool IsUsable(RepositoryCache cache, string commit) =>
        cache.Has(commit, ModelFiles.Config) && ModelFiles.Weights.Any(weights => IsWhole(cache, commit, weights));

    /// <summary>
    /// The model can run and nothing about it is in doubt: each further file is there or is known not to exist.
    /// A snapshot filled by Python may lack, say, the pooling's settings only because nobody asked for them;
    /// taking it as it is would change a sentence-transformers model's results without a word.
    /// </summary>
    public static bool IsComplete(RepositoryCache cache, string commit) =>
        IsUsable(cache, commit)
        && ModelFiles.Descriptions.All(file => IsSettled(cache, commit, file))
        && (!cache.Has(commit, ModelFiles.Modules)
            || ModelFiles.ModuleConfigs(cache.File(commit, ModelFiles.Modules)).All(file => IsSettled(cache, commit, file)));

    private static bool IsWhole(RepositoryCache cache, string commit, string weights) =>
        cache.Has(commit, weights)
        && (!ModelFiles.IsIndex(weights)
            || ModelFiles.Shards(cache.File(commit, weights)).All(shard => cache.Has(commit, shard)));

    private static bool IsSettled(RepositoryCache cache, string commit, string file) =>
        cache.Has(commit, file) || cache.IsMissing(commit, file);
}
