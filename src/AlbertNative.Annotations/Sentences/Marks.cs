namespace AlbertNative.Annotations;

/// <summary>
/// The characters that the rules of sentence ends put into a text: noncharacters of Unicode, which no text holds. To the rules
/// they are neither white space nor a part of a word.
/// </summary>
internal static class Marks
{
    /// <summary>A sentence ends here.</summary>
    public const char Break = '\uFDD0';

    /// <summary>A custom bound was here, and a sentence ends.</summary>
    public const char RemovedBound = '\uFDD1';

    /// <summary>No sentence ends from here …</summary>
    public const char Open = '\uFDD2';

    /// <summary>… to here.</summary>
    public const char Close = '\uFDD3';

    /// <summary>A dot that ends nothing, or that has been dealt with.</summary>
    public const char Dot = '\uFDD4';

    /// <summary>The same of other punctuation.</summary>
    public const char Semicolon = '\uFDD5';

    /// <inheritdoc cref="Semicolon"/>
    public const char Question = '\uFDD6';

    /// <inheritdoc cref="Semicolon"/>
    public const char Exclamation = '\uFDD7';

    /// <summary>Three dots.</summary>
    public const char Ellipsis = '\uFDD8';

    /// <summary>The text without noncharacters, which the marks are; of the same length.</summary>
    public static string Without(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uFDD0', '\uFDEF'))
            return text;
        return string.Create(text.Length, text, static (buffer, source) =>
        {
            for (int i = 0; i < buffer.Length; i++)
                buffer[i] = source[i] is >= '\uFDD0' and <= '\uFDEF' ? '\uFFFD' : source[i];
        });
    }

    /// <summary>How many characters of the text a mark stands for.</summary>
    public static int LengthOf(char c) => c switch
    {
        Break or Open or Close or RemovedBound => 0,
        Ellipsis => 3,
        _ => 1,
    };
}
