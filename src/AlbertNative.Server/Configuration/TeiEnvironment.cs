using System.Net;

namespace AlbertNative.Server.Configuration;

/// <summary>
/// The variables of text-embeddings-inference, for whoever puts this server in its place: what they choose, as settings. Those that mean
/// something else here are not applied, and said.
/// </summary>
internal sealed class TeiEnvironment
{
    /// <summary>Those that mean what a setting means.</summary>
    private static readonly Dictionary<string, string> Same = new()
    {
        ["MAX_CLIENT_BATCH_SIZE"] = "max-client-batch-size",
        ["PAYLOAD_LIMIT"] = "payload-limit",
        ["AUTO_TRUNCATE"] = "auto-truncate",
        ["API_KEY"] = "api-key",
        ["UDS_PATH"] = "uds",
        ["OTLP_ENDPOINT"] = "otlp-endpoint",
        ["CORS_ALLOW_ORIGIN"] = "cors-origins",
        ["DEFAULT_PROMPT"] = "default-prompt",
        ["TASK"] = "root-task",
    };

    private static readonly string[] Others =
        ["MAX_BATCH_TOKENS", "MAX_BATCH_REQUESTS", "MAX_CONCURRENT_REQUESTS", "TOKENIZATION_WORKERS", "DTYPE", "DENSE_PATH", "DISABLE_SPANS", "OTLP_SERVICE_NAME", "PROMETHEUS_PORT"];

    private readonly List<string> _notes = [];

    private TeiEnvironment()
    {
    }

    /// <summary>Settings' names, their values, and the variable that each came from.</summary>
    public List<(string Setting, string Value, string Variable)> Settings { get; } = [];

    /// <summary>What is to be said of variables that are not applied.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Reads the variables.</summary>
    public static TeiEnvironment Of(IReadOnlyDictionary<string, string> variables)
    {
        TeiEnvironment read = new();
        foreach ((string variable, string setting) in Same)
        {
            if (variables.TryGetValue(variable, out string? value))
                read.Settings.Add((setting, value, variable));
        }
        if (variables.TryGetValue("JSON_OUTPUT", out string? json))
            read.Settings.Add(("log-format", SettingText.Switch(json) ? "json" : "text", "JSON_OUTPUT"));
        read.AddModel(variables);
        read.AddAddress(variables);
        foreach (string variable in Others.Where(variables.ContainsKey))
            read._notes.Add($"{variable} is not applied: {RefusedSettings.ReasonOf(variable.ToLowerInvariant().Replace('_', '-')) ?? "there is no such setting here"}");
        return read;
    }

    private void AddModel(IReadOnlyDictionary<string, string> variables)
    {
        if (!variables.TryGetValue("MODEL_ID", out string? model))
            return;
        string spec = $"{variables.GetValueOrDefault("SERVED_MODEL_NAME", model)}={model}";
        if (variables.TryGetValue("REVISION", out string? revision) && !Path.Exists(model))
            spec += $"@{revision}";
        if (variables.TryGetValue("POOLING", out string? pooling))
            spec += $",pooling={pooling}";
        if (variables.TryGetValue("DEFAULT_PROMPT_NAME", out string? prompt))
            spec += $",prompt={prompt}";
        Settings.Add(("model", spec, "MODEL_ID"));
    }

    private void AddAddress(IReadOnlyDictionary<string, string> variables)
    {
        bool hasPort = variables.TryGetValue("PORT", out string? port), hasHost = variables.TryGetValue("HOSTNAME", out string? host);
        if (!hasPort && !hasHost)
            return;
        // In a container this variable is the container's own name, as which nobody can listen.
        if (!IPAddress.TryParse(host, out IPAddress? address))
        {
            address = IPAddress.Any;
            if (hasHost)
                _notes.Add($"HOSTNAME is no address: the server listens on {address}");
        }
        string written = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}";
        Settings.Add(("http", $"{written}:{port ?? "3000"}", hasPort ? "PORT" : "HOSTNAME"));
    }
}
