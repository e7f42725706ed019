using System.Text.RegularExpressions;

namespace AlbertNative.Cli;

/// <summary>Exceptions as one line of a message.</summary>
internal static partial class OneLine
{
    /// <summary>
    /// The exception's message without the parameter's name that the framework adds and without line breaks. A file that is
    /// being written has another name beside its own, which means nothing to anyone: it is called by its own.
    /// </summary>
    public static string Of(Exception e)
    {
        string message = e.Message;
        if (e is ArgumentException { ParamName: string name })
            message = message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal);
        return PartialName().Replace(message.ReplaceLineEndings(" "), "${name}");
    }

    [GeneratedRegex(@"\.?(?<name>[^/\\']+)\.[0-9a-f]{32}\.partial")]
    private static partial Regex PartialName();
}
