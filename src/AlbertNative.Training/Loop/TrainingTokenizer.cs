using System.Text.Json;
using System.Text.Json.Nodes;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>The tokenizer that a model is trained with, which is that of its files but for token types.</summary>
public static class TrainingTokenizer
{
    private const string ConfigFile = "tokenizer_config.json";

    /// <summary>Loads it.</summary>
    /// <exception cref="FormatException">A file is malformed or asks for something unsupported; names it.</exception>
    /// <exception cref="IOException">The model has no tokenizer, or a file cannot be read.</exception>
    public static Tokenizer Load(ModelFiles files, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);
        return Tokenizer.Load(name => Read(files, options, name), files.Root);
    }

    /// <summary>A file of it; null where there is none.</summary>
    internal static byte[]? Read(ModelFiles files, TrainingOptions options, string name)
    {
        byte[]? content = files.Read(name);
        return options.GivesTokenTypes || name != ConfigFile ? content : WithoutTokenTypes(content);
    }

    /// <summary>A file that is no JSON object is left to the tokenizer's loader, which says so.</summary>
    private static byte[]? WithoutTokenTypes(byte[]? config)
    {
        JsonObject settings = [];
        try
        {
            if (config is not null)
                settings = JsonNode.Parse(config)?.AsObject() ?? [];
            settings["model_input_names"] = new JsonArray("input_ids", "attention_mask");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return config;
        }
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            settings.WriteTo(writer);
        return stream.ToArray();
    }
}
