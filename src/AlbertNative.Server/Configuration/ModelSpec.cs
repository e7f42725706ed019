using System.Collections.Immutable;
using AlbertNative.Tensors;

namespace AlbertNative.Server.Configuration;

/// <summary>A model to serve: <c>NAME=PATH[,pooling=P][,prompt=NAME][,precision=P][,sha256=HASH]</c>.</summary>
internal sealed record ModelSpec
{
    /// <summary>The pooling that stands for sparse vectors of a masked language model.</summary>
    public const string Splade = "splade";

    private static readonly ImmutableDictionary<string, Pooling> Poolings = ImmutableDictionary.CreateRange(
        StringComparer.Ordinal,
        new Dictionary<string, Pooling>
        {
            ["mean"] = AlbertNative.Pooling.Mean,
            ["cls"] = AlbertNative.Pooling.Cls,
            ["max"] = AlbertNative.Pooling.Max,
            ["mean-sqrt-len"] = AlbertNative.Pooling.MeanSqrtLen,
            ["weighted-mean"] = AlbertNative.Pooling.WeightedMean,
            ["last-token"] = AlbertNative.Pooling.LastToken,
            ["pooler"] = AlbertNative.Pooling.Pooler,
        });

    /// <summary>The name that clients call it by.</summary>
    public required string Name { get; init; }

    /// <summary>Its directory or file, or its name on the hub.</summary>
    public required string Path { get; init; }

    /// <summary>How texts become vectors; null for what its files say.</summary>
    public Pooling? Pooling { get; init; }

    /// <summary>Whether its vectors are sparse ones over the vocabulary.</summary>
    public bool IsSplade { get; init; }

    /// <summary>The prompt of texts whose request names none; null for the files' own default.</summary>
    public string? DefaultPrompt { get; init; }

    /// <summary>The arithmetic; null for the file's own.</summary>
    public WeightPrecision? Precision { get; init; }

    /// <summary>The SHA-256 that its files must have, in hexadecimal; null for any.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The name of a pooling, as it is written here.</summary>
    public static string NameOf(Pooling pooling) => Poolings.First(entry => entry.Value == pooling).Key;

    /// <summary>Reads what stands behind <c>--model</c>.</summary>
    /// <exception cref="FormatException">It is malformed; says how.</exception>
    public static ModelSpec Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || equals == text.Length - 1)
            throw new FormatException($"\"{text}\": a model is given as NAME=PATH");
        string[] parts = text[(equals + 1)..].Split(',');
        ModelSpec spec = new() { Name = text[..equals], Path = parts[0] };
        if (spec.Name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            throw new FormatException($"\"{text}\": a model's name has no spaces");
        return parts.Skip(1).Aggregate(spec, With);
    }

    private static ModelSpec With(ModelSpec spec, string part)
    {
        string[] pair = part.Split('=', 2);
        return pair switch
        {
            ["pooling", Splade] => spec with { IsSplade = true },
            ["pooling", string name] when Poolings.TryGetValue(name, out Pooling pooling) => spec with { Pooling = pooling },
            ["pooling", string name] => throw new FormatException(
                $"model {spec.Name}: there is no pooling \"{name}\"; there are {string.Join(", ", Poolings.Keys.Order())} and {Splade}"),
            ["prompt", string name] => spec with { DefaultPrompt = name },
            ["sha256", string hash] when hash.Length == 64 && hash.All(char.IsAsciiHexDigit) => spec with { Sha256 = hash },
            ["sha256", _] => throw new FormatException($"model {spec.Name}: a SHA-256 has 64 hexadecimal digits"),
            ["precision", "float32"] => spec with { Precision = WeightPrecision.Float32 },
            ["precision", "int8"] => spec with { Precision = WeightPrecision.Int8 },
            ["precision", "int16"] => spec with { Precision = WeightPrecision.Int16 },
            ["precision", string name] => throw new FormatException($"model {spec.Name}: there is no precision \"{name}\"; there are float32, int16 and int8"),
            _ => throw new FormatException($"model {spec.Name}: \"{pair[0]}\" cannot be chosen; pooling, prompt, precision and sha256 can"),
        };
    }
}
