using System.Text.Json;
using AlbertNative.Cli;

namespace AlbertNative.Server.Configuration;

/// <summary>Where a setting's value came from.</summary>
internal enum SettingSource
{
    Default,
    File,
    Environment,
    CommandLine,
}

/// <summary>
/// Puts the options together: what the command line says goes before the environment, that before the configuration file, that
/// before the defaults. A name that nobody knows is an error wherever it stands.
/// </summary>
internal sealed class OptionsReader
{
    /// <summary>What Vertex AI tells a container.</summary>
    private static readonly Dictionary<string, string> VertexVariables = new()
    {
        ["AIP_HTTP_PORT"] = "http",
        ["AIP_PREDICT_ROUTE"] = "predict-route",
        ["AIP_HEALTH_ROUTE"] = "health-route",
    };

    private readonly Dictionary<string, Given> _values = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];

    /// <summary>The settings that are only for the program that reads the others.</summary>
    public static readonly string[] OwnVariables = ["ALBERT_CONFIG"];

    /// <summary>What is to be said of variables that were read and not applied.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Where a setting's value comes from.</summary>
    public SettingSource SourceOf(Setting setting) => _values.TryGetValue(setting.Name, out Given? found) ? found.Source : SettingSource.Default;

    /// <summary>Reads a configuration file: one JSON object whose names are the settings'.</summary>
    /// <exception cref="FormatException">It is malformed, or has a name that is none of the settings'.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void ReadFile(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new FormatException($"{path}: expected an object, found {document.RootElement.ValueKind}");
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                Setting setting = Known(property.Name, path);
                if (setting.IsSecret)
                    throw new FormatException($"{path}: \"{setting.Name}\" is taken from the environment alone ({setting.Variable})");
                Set(setting, SettingSource.File, $"--{setting.Name}", ValuesOf(property, path));
            }
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path}: not JSON (line {e.LineNumber + 1})", e);
        }
    }

    /// <summary>Reads the variables that begin with <c>ALBERT_</c>.</summary>
    /// <exception cref="FormatException">One is none of the settings'.</exception>
    public void ReadEnvironment(IEnumerable<KeyValuePair<string, string>> variables)
    {
        foreach ((string variable, string value) in variables)
        {
            if (!variable.StartsWith(Settings.VariablePrefix, StringComparison.Ordinal) || OwnVariables.Contains(variable))
                continue;
            string name = variable[Settings.VariablePrefix.Length..].ToLowerInvariant().Replace('_', '-');
            Setting setting = Known(name, "the environment");
            Set(setting, SettingSource.Environment, variable, setting.IsRepeated ? value.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [value]);
        }
    }

    /// <summary>
    /// Reads the variables of other programs: Vertex AI's, which rule over all but the command line, as they are of the machine that the
    /// server runs on; and where <c>tei-env</c> is set, text-embeddings-inference's for what nothing else has chosen. To be called last.
    /// </summary>
    /// <exception cref="FormatException">A value makes no sense.</exception>
    public void ReadPlatforms(IReadOnlyDictionary<string, string> variables)
    {
        foreach ((string variable, string name) in VertexVariables)
        {
            Setting setting = Settings.Find(name)!;
            if (variables.TryGetValue(variable, out string? value) && SourceOf(setting) < SettingSource.CommandLine)
                Set(setting, SettingSource.Environment, variable, [value]);
        }
        if (!_values.TryGetValue("tei-env", out Given? given) || !SettingText.Switch(given.Values[0]))
            return;
        TeiEnvironment tei = TeiEnvironment.Of(variables);
        _notes.AddRange(tei.Notes);
        foreach ((string name, string value, string variable) in tei.Settings)
        {
            Setting setting = Settings.Find(name)!;
            if (SourceOf(setting) < SettingSource.Environment)
                Set(setting, SettingSource.Environment, variable, [value]);
        }
    }

    /// <summary>Takes what the command line says about a setting.</summary>
    public void SetFromCommandLine(Setting setting, IEnumerable<string> values) => Set(setting, SettingSource.CommandLine, $"--{setting.Name}", values);

    /// <summary>The options of all that was read.</summary>
    /// <exception cref="FormatException">A value makes no sense; names the setting and where it came from.</exception>
    public ServerOptions Build()
    {
        ServerOptions options = new();
        foreach (Setting setting in Settings.All)
        {
            if (!_values.TryGetValue(setting.Name, out Given? given))
                continue;
            try
            {
                options = given.Values.Aggregate(options, setting.Apply);
            }
            catch (FormatException e)
            {
                throw new FormatException($"{given.Where}: {e.Message}", e);
            }
        }
        return Checked(options);
    }

    private static ServerOptions Checked(ServerOptions options)
    {
        IGrouping<string, ModelSpec>? twice = options.Models.GroupBy(model => model.Name).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new FormatException($"two models are called {twice.Key}");
        if (options.Models.FirstOrDefault(model => options.Aliases.ContainsKey(model.Name)) is ModelSpec same)
            throw new FormatException($"--alias: {same.Name} is a model's own name");
        // What lies in a repository's folder is known once that is read.
        if (options.ModelRepository is null)
        {
            if (options.DefaultModel is string name && options.Models.All(model => model.Name != name))
                throw new FormatException($"--default-model: no model is called {name}");
            foreach ((string alias, string model) in options.Aliases)
            {
                if (options.Models.All(known => known.Name != model))
                    throw new FormatException($"--alias {alias}={model}: no model is called {model}");
            }
        }
        if (options.ApiKey is { Length: 0 })
            throw new FormatException("ALBERT_API_KEY is empty");
        return options;
    }

    private static Setting Known(string name, string where) => Settings.Find(name)
        ?? throw new FormatException(RefusedSettings.ReasonOf(name) is string reason
            ? $"{where}: there is no setting \"{name}\": {reason}"
            : $"{where}: there is no setting \"{name}\"{Suggestion.For(name, Settings.All.Select(setting => setting.Name))}");

    private static IEnumerable<string> ValuesOf(JsonProperty property, string path) => property.Value.ValueKind switch
    {
        JsonValueKind.Array => [.. property.Value.EnumerateArray().Select(element => ValueOf(element, property.Name, path))],
        _ => [ValueOf(property.Value, property.Name, path)],
    };

    private static string ValueOf(JsonElement element, string name, string path) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number => element.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw new FormatException($"{path}: \"{name}\": expected a text, a number, true or false, found {element.ValueKind}"),
    };

    private void Set(Setting setting, SettingSource source, string where, IEnumerable<string> values)
    {
        List<string> given = [.. values];
        if (given.Count > 1 && !setting.IsRepeated)
            throw new FormatException($"--{setting.Name} is given {given.Count} times");
        _values[setting.Name] = new(source, where, given);
    }

    /// <summary>What was said of a setting, where, and under which name.</summary>
    private sealed record Given(SettingSource Source, string Where, List<string> Values);
}
