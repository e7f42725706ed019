using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>What sentence-transformers' files say of a model that scores pairs of texts, its <c>CrossEncoder</c>.</summary>
/// <param name="Activation">What makes a score of a logit; null where no file says it.</param>
/// <param name="MaxSequenceLength">The most tokens of a pair; null where no file says it.</param>
internal sealed record CrossEncoderConfig(ScoreFunction? Activation, int? MaxSequenceLength)
{
    private const string ModelType = "CrossEncoder";
    private const string ActivationField = "activation_fn";

    // Before sentence-transformers 4 it stood under this name in config.json, and then there in an object of its own.
    private const string OldActivationField = "sbert_ce_default_activation_function";
    private const string ConfigSection = "sentence_transformers";

    /// <summary>What a model without such files has.</summary>
    public static CrossEncoderConfig None { get; } = new(null, null);

    /// <summary>Whether a model's directory is that of a cross-encoder, in the form of sentence-transformers 6.</summary>
    /// <exception cref="CheckpointFormatException">The file that says so is malformed.</exception>
    public static bool Describes(ModelFiles files)
    {
        using SettingsFile? settings = SettingsFile.Read(files, SentenceTransformerConfig.FileName);
        return IsCrossEncoder(settings);
    }

    /// <summary>Reads a model's.</summary>
    /// <exception cref="CheckpointFormatException">A file is malformed, or says what is not supported.</exception>
    public static CrossEncoderConfig Read(ModelFiles files)
    {
        using SettingsFile? settings = SettingsFile.Read(files, SentenceTransformerConfig.FileName);
        return IsCrossEncoder(settings)
            ? new(ReadOwnFile(settings) ?? ReadModelConfig(files), ReadModules(files))
            : new(ReadModelConfig(files), null);
    }

    private static bool IsCrossEncoder([NotNullWhen(true)] SettingsFile? settings) => settings?.Text("model_type") == ModelType;

    private static ScoreFunction? ReadOwnFile(SettingsFile settings)
    {
        if (settings.Text("default_prompt_name") is string prompt)
            throw settings.Fault($"\"default_prompt_name\": a {ModelType}'s prompt is not supported, found \"{prompt}\"");
        return ActivationIn(settings, settings.Root, ActivationField);
    }

    private static ScoreFunction? ReadModelConfig(ModelFiles files)
    {
        using SettingsFile? settings = SettingsFile.Read(files, ModelFiles.Config);
        if (settings is null)
            return null;
        bool hasSection = settings.Root.TryGetProperty(ConfigSection, out JsonElement section) && section.ValueKind == JsonValueKind.Object;
        return (hasSection ? ActivationIn(settings, section, ActivationField) : null) ?? ActivationIn(settings, settings.Root, OldActivationField);
    }

    private static int? ReadModules(ModelFiles files)
    {
        if (files.Read(SentenceTransformerModules.FileName) is byte[] json)
        {
            string file = files.NameOf(SentenceTransformerModules.FileName);
            IReadOnlyList<(string Kind, string Path)> modules = SentenceTransformerModules.ReadModules(file, json);
            if (modules is not [("Transformer", "")])
            {
                throw new CheckpointFormatException(
                    file, $"a {ModelType} of {string.Join(", ", modules.Select(m => m.Kind))} is not supported, only a Transformer in the model's own folder is");
            }
        }
        return SentenceTransformerModules.ReadTransformer(files, "", TransformerUse.PairScores).MaxLength;
    }

    // The name of a class of PyTorch's, which has been moved about.
    private static ScoreFunction? ActivationIn(SettingsFile settings, JsonElement parent, string field)
    {
        if (settings.Text(parent, field) is not string name)
            return null;
        bool isTorch = name.StartsWith("torch.nn.", StringComparison.Ordinal);
        return name[(name.LastIndexOf('.') + 1)..] switch
        {
            "Sigmoid" when isTorch => ScoreFunction.Sigmoid,
            "Identity" when isTorch => ScoreFunction.None,
            _ => throw settings.Fault($"\"{field}\": the activation {name} is not supported, only torch.nn's Sigmoid and Identity are"),
        };
    }
}
