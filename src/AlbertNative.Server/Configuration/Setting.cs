namespace AlbertNative.Server.Configuration;

/// <summary>One thing that can be chosen: <c>--name</c>, <c>ALBERT_NAME</c>, or <c>"name"</c> in the configuration file.</summary>
/// <param name="Name">Its name, in words with hyphens.</param>
/// <param name="Value">What its value is called in the help; null for a switch.</param>
/// <param name="Description">What it does, with its default.</param>
/// <param name="Apply">Puts a value into the options; throws <see cref="FormatException"/> where it is none.</param>
/// <param name="Show">The value that the options have.</param>
internal sealed record Setting(
    string Name, string? Value, string Description, Func<ServerOptions, string, ServerOptions> Apply, Func<ServerOptions, string> Show)
{
    /// <summary>Whether it may be given several times, each time adding to the others.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Whether it is only read from the environment, and never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The variable's name.</summary>
    public string Variable => Settings.VariablePrefix + Name.Replace('-', '_').ToUpperInvariant();
}
