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
    private readonly Dictionary<string, (SettingSource Source, List<string> Values)> _values = new(StringComparer.Ordinal);

    /// <summary>The settings that are only for the program that reads the others.</summary>
    public static readonly string[] OwnVariables = ["ALBERT_CONFIG"];

    /// <summary>Where a setting's value comes from.</summary>
    public SettingSource SourceOf(Setting setting) =>
        _values.TryGetValue(setting.Name, out (SettingSource Source, List<string>) found) ? found.Source : SettingSource.Default;

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
                Set(setting, SettingSource.File, ValuesOf(property, path));
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
            Set(setting, SettingSource.Environment, setting.IsRepeated ? value.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [value]);
        }
    }

    /// <summary>Takes what the command line says about a setting.</summary>
    public void SetFromCommandLine(Setting setting, IEnumerable<string> values) => Set(setting, SettingSource.CommandLine, values);

    /// <summary>The options of all that was read.</summary>
    /// <exception cref="FormatException">A value makes no sense; names the setting and where it came from.</exception>
    public ServerOptions Build()
    {
        ServerOptions options = new();
        foreach (Setting setting in Settings.All)
        {
            if (!_values.TryGetValue(setting.Name, out (SettingSource Source, List<string> Values) given))
                continue;
            try
            {
                options = given.Values.Aggregate(options, setting.Apply);
            }
            catch (FormatException e)
            {
                string where = given.Source == SettingSource.Environment ? setting.Variable : $"--{setting.Name}";
                throw new FormatException($"{where}: {e.Message}", e);
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
        ?? throw new FormatException(
            $"{where}: there is no setting \"{name}\"{Suggestion.For(name, Settings.All.Select(setting => setting.Name))}");

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

    private void Set(Setting setting, SettingSource source, IEnumerable<string> values)
    {
        List<string> given = [.. values];
        if (given.Count > 1 && !setting.IsRepeated)
            throw new FormatException($"--{setting.Name} is given {given.Count} times");
        _values[setting.Name] = (source, given);
    }
}
