namespace AlbertNative.Model;

/// <summary>The spellings under which checkpoints hold a tensor, and the one that transformers writes today.</summary>
internal static class CanonicalName
{
    /// <summary>
    /// The name of a tensor in the headed classes: without what a training wrapper put before it, with the base
    /// model's prefix where a bare model was saved, and with LayerNorm's parameters called weight and bias.
    /// </summary>
    public static string Of(string name, Family family)
    {
        while (name.StartsWith("module.", StringComparison.Ordinal))
            name = name["module.".Length..];
        if (name.StartsWith("embeddings.", StringComparison.Ordinal) ||
            name.StartsWith("encoder.", StringComparison.Ordinal) ||
            name.StartsWith("pooler.", StringComparison.Ordinal))
        {
            name = family.BasePrefix + name;
        }
        if (name.EndsWith(".gamma", StringComparison.Ordinal))
            return name[..^"gamma".Length] + "weight";
        return name.EndsWith(".beta", StringComparison.Ordinal) ? name[..^"beta".Length] + "bias" : name;
    }
}
