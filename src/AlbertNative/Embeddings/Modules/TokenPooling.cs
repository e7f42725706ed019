using System.Collections.Immutable;
using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Tensors;

namespace AlbertNative;

/// <summary>sentence-transformers' <c>Pooling</c> module: the pooled vectors of a text's tokens, put end to end.</summary>
/// <param name="Modes">The poolings, in the order of their vectors.</param>
/// <param name="IncludesPrompt">Whether the tokens of a prompt, and <c>[CLS]</c> before it, are pooled with those of the text.</param>
internal sealed record TokenPooling(ImmutableArray<Pooling> Modes, bool IncludesPrompt = true)
{
    // Since sentence-transformers 6: one name or a list of them.
    private static readonly Dictionary<string, Pooling> ModeNames = new()
    {
        ["cls"] = Pooling.Cls,
        ["max"] = Pooling.Max,
        ["mean"] = Pooling.Mean,
        ["mean_sqrt_len_tokens"] = Pooling.MeanSqrtLen,
        ["weightedmean"] = Pooling.WeightedMean,
        ["lasttoken"] = Pooling.LastToken,
    };

    // Before, a truth value for each; vectors are put end to end in the order of the module's own code, whatever the
    // order in the file.
    private static readonly (string Key, Pooling Pooling)[] Flags =
    [
        ("pooling_mode_cls_token", Pooling.Cls),
        ("pooling_mode_max_tokens", Pooling.Max),
        ("pooling_mode_mean_tokens", Pooling.Mean),
        ("pooling_mode_mean_sqrt_len_tokens", Pooling.MeanSqrtLen),
        ("pooling_mode_weightedmean_tokens", Pooling.WeightedMean),
        ("pooling_mode_lasttoken", Pooling.LastToken),
    ];

    /// <summary>Whether one token's vector is all there is of a text's, so that the others need not be computed.</summary>
    public bool IsFirstTokenAlone => Modes.All(mode => mode is Pooling.Cls or Pooling.Pooler);

    /// <summary>Whether a pooling takes the vector of a single token, which windows of a text have several of.</summary>
    public bool IsBySingleToken => Modes.Any(mode => mode is Pooling.Cls or Pooling.LastToken or Pooling.Pooler);

    /// <summary>Reads the module's settings.</summary>
    /// <exception cref="CheckpointFormatException">A pooling is not supported, or there is none.</exception>
    public static TokenPooling Read(SettingsFile settings)
    {
        ImmutableArray<Pooling> modes = settings.Has("pooling_mode") ? ReadModes(settings) : ReadFlags(settings);
        return new(modes, settings.Flag("include_prompt", absent: true));
    }

    /// <summary>Pools a text's tokens into <paramref name="pooled"/>, [modes, hidden].</summary>
    /// <param name="states">The tokens' vectors.</param>
    /// <param name="rows">The text's tokens in order.</param>
    /// <param name="promptTokens">How many of them belong to the prompt.</param>
    /// <param name="pooled">The result.</param>
    /// <exception cref="ArgumentException">All tokens belong to the prompt, which is not pooled.</exception>
    public void Apply(Matrix states, ReadOnlySpan<int> rows, int promptTokens, Span<float> pooled)
    {
        int skipped = IncludesPrompt ? 0 : promptTokens;
        if (skipped >= rows.Length)
            throw new ArgumentException($"the prompt's {promptTokens} tokens, which this model leaves out, leave none of the text's {rows.Length}");
        int size = pooled.Length / Modes.Length;
        for (int i = 0; i < Modes.Length; i++)
            Pool.Tokens(Modes[i], states, rows[skipped..], skipped, pooled.Slice(i * size, size));
    }

    private static ImmutableArray<Pooling> ReadModes(SettingsFile settings)
    {
        ImmutableArray<Pooling> modes = [.. settings.Texts("pooling_mode").Select(name =>
            ModeNames.TryGetValue(name, out Pooling mode) ? mode : throw settings.Fault($"the pooling \"{name}\" is not supported"))];
        return modes.IsEmpty ? throw settings.Fault("\"pooling_mode\" is empty") : modes;
    }

    private static ImmutableArray<Pooling> ReadFlags(SettingsFile settings)
    {
        foreach (JsonProperty property in settings.Root.EnumerateObject())
        {
            bool isPooling = property.Name.StartsWith("pooling_mode_", StringComparison.Ordinal);
            if (isPooling && settings.Flag(property.Name) && !Flags.Any(known => known.Key == property.Name))
                throw settings.Fault($"the pooling {property.Name} is not supported");
        }
        ImmutableArray<Pooling> modes = [.. Flags.Where(known => settings.Flag(known.Key)).Select(known => known.Pooling)];
        return modes.IsEmpty ? throw settings.Fault("no pooling_mode_... is true") : modes;
    }
}
