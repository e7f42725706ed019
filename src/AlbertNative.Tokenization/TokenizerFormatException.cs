namespace AlbertNative.Tokenization;

/// <summary>A tokenizer's file is malformed, or asks for something that is not supported.</summary>
public sealed class TokenizerFormatException : FormatException
{
    /// <summary>Describes what was found and expected, without a file.</summary>
    public TokenizerFormatException(string message)
        : base(ErrorText.Printable(message))
    {
    }

    /// <summary>Describes what was found and expected, and the error beneath it.</summary>
    public TokenizerFormatException(string message, Exception? innerException)
        : base(ErrorText.Printable(message), innerException)
    {
    }

    /// <summary>Describes what was found and expected in <paramref name="source"/>.</summary>
    public TokenizerFormatException(string? source, string message, Exception? innerException = null)
        : base(ErrorText.Printable(source is null ? message : $"{source}: {message}"), innerException) => Path = source;

    /// <summary>The file, where it is known.</summary>
    public string? Path { get; }
}
