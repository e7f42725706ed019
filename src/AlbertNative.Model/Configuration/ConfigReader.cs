using System.Collections.Immutable;
using System.Text.Json;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>Reads <c>config.json</c> by <see cref="ConfigTable"/>: every key that shapes the computation, each fault by its key.</summary>
internal static class ConfigReader
{
    /// <summary>Longest file that is read, in bytes: label tables of real models are thousands of times smaller.</summary>
    public const int MaxLength = 16 << 20;

    /// <summary>Reads a configuration.</summary>
    /// <param name="utf8">The JSON object.</param>
    /// <param name="source">Names the origin in errors.</param>
    /// <param name="familyOfWeights">Asked for the family where the file names neither that nor a class; null where there are no weights.</param>
    public static ModelConfig Read(ReadOnlySpan<byte> utf8, string source, Func<ModelFamily?>? familyOfWeights = null)
    {
        if (utf8.Length > MaxLength)
            throw new CheckpointFormatException(source, $"longer than {MaxLength} bytes");
        List<string> faults = [];
        try
        {
            JsonFields json = JsonFields.Scan(utf8, ConfigTable.Keys.AsSpan());
            ModelConfig config = Read(json, familyOfWeights, faults);
            faults.AddRange(ConfigRules.Faults(config));
            return faults.Count == 0
                ? config
                : throw new CheckpointFormatException(source, string.Join("; ", faults));
        }
        // The reader reports text that is not UTF-8, and lone surrogates, as invalid operations.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointFormatException(source, "not a JSON configuration: " + e.Message, e);
        }
    }

    private static ModelConfig Read(JsonFields json, Func<ModelFamily?>? familyOfWeights, List<string> faults)
    {
        ImmutableArray<string> classes = ReadClassNames(json, "architectures", faults);
        ModelFamily family = ReadFamily(json, classes, familyOfWeights, faults);
        foreach ((string key, string expected, string reason) in ConfigTable.Fixed)
        {
            if (json.TryRead(key, out _) && !json.IsRaw(key, expected))
                faults.Add($"{key} is {json.Excerpt(key)}, expected {expected}: {reason}");
        }
        double[] values = ConfigTable.Defaults(family);
        foreach (ConfigField field in ConfigTable.All)
        {
            if (field[family].Key is string key)
                values[field.Index] = Read(json, field, key, values[field.Index], field[family].Follows is not null, faults);
        }
        return new ModelConfig(family, values)
        {
            Labels = ConfigLabels.Read(json, faults),
            ProblemType = ReadProblemType(json, faults),
            Architectures = classes,
        };
    }

    /// <summary>Files of 2019 have no <c>model_type</c>: their classes tell the family, else the weights; without any of these it is ALBERT.</summary>
    private static ModelFamily ReadFamily(
        JsonFields json, ImmutableArray<string> classes, Func<ModelFamily?>? familyOfWeights, List<string> faults)
    {
        if (!json.TryRead("model_type", out Utf8JsonReader type))
            return Family.OfClasses(classes) ?? familyOfWeights?.Invoke() ?? ModelFamily.Albert;
        if (type.TokenType == JsonTokenType.String && Family.OfModelType(type.GetString()!) is ModelFamily family)
            return family;
        faults.Add($"model_type is {json.Excerpt("model_type")}, expected {string.Join(" or ", Family.ModelTypes.Select(known => $"\"{known}\""))}");
        return ModelFamily.Albert;
    }

    private static double Read(JsonFields json, ConfigField field, string key, double absent, bool nullable, List<string> faults)
    {
        if (!json.TryRead(key, out Utf8JsonReader reader))
        {
            if (!json.IsNull(key))
                return absent;
            // Null stands for "none" or "as another", or it is a fault; transformers ignores it in a dropout.
            if (field.Kind == ConfigKind.TokenId || nullable)
                return double.NaN;
            if (field.Kind == ConfigKind.Dropout)
                return absent;
        }
        else if (TryRead(field, reader, out double value))
        {
            return value;
        }
        faults.Add($"{key} is {json.Excerpt(key)}, expected {Expected(field)}");
        return absent;
    }

    private static bool TryRead(ConfigField field, Utf8JsonReader reader, out double value)
    {
        value = 0;
        switch (field.Kind)
        {
            case ConfigKind.TokenId:
            case ConfigKind.Size:
                if (field.Kind == ConfigKind.TokenId && reader.TokenType == JsonTokenType.StartArray)
                    reader.Read();
                int number = 0;
                bool whole = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out number);
                value = number;
                return whole;
            case ConfigKind.Flag:
                value = reader.TokenType == JsonTokenType.True ? 1 : 0;
                return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
            case ConfigKind.Name:
                bool known = field.Names!.TryRead(reader, out int named);
                value = named;
                return known;
            default:
                return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out value);
        }
    }

    private static string Expected(ConfigField field) => field.Kind switch
    {
        ConfigKind.Size or ConfigKind.TokenId => "a whole number below 2^31",
        ConfigKind.Flag => "true or false",
        ConfigKind.Name => "one of " + field.Names!.Names,
        _ => "a number",
    };

    private static ProblemType? ReadProblemType(JsonFields json, List<string> faults)
    {
        if (!json.TryRead("problem_type", out Utf8JsonReader reader))
            return null;
        if (ConfigNames.ProblemTypes.TryRead(reader, out int type))
            return (ProblemType)type;
        faults.Add($"problem_type is {json.Excerpt("problem_type")}, expected one of {ConfigNames.ProblemTypes.Names}");
        return null;
    }

    private static ImmutableArray<string> ReadClassNames(JsonFields json, string key, List<string> faults)
    {
        const int Most = 16;
        if (!json.TryRead(key, out Utf8JsonReader reader))
            return [];
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
            while (reader.Read() && reader.TokenType == JsonTokenType.String && names.Count < Most)
                names.Add(reader.GetString()!);
            if (reader.TokenType == JsonTokenType.EndArray)
                return names.ToImmutable();
        }
        faults.Add($"{key} is {json.Excerpt(key)}, expected a list of at most {Most} names");
        return [];
    }
}
