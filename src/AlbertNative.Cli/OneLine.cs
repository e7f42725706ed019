namespace AlbertNative.Cli;

/// <summary>Exceptions as one line of a message.</summary>
internal static class OneLine
{
    /// <summary>The exception's message without the parameter's name that the framework adds and without line breaks.</summary>
    public static string Of(Exception e)
    {
        string message = e.Message;
        if (e is ArgumentException { ParamName: string name })
            message = message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal);
        return message.ReplaceLineEndings(" ");
    }
}
