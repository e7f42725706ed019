namespace AlbertNative;

/// <summary>
/// Text that others chose (labels, names, messages of files and servers) without the characters that a terminal obeys
/// instead of showing them: controls, separators of lines and paragraphs, and what turns the direction of the text
/// after it. Joiners, which Persian is written with, and marks of direction stay.
/// </summary>
internal static class HarmlessText
{
    /// <summary>The text with <paramref name="replacement"/> for each such character, line ends and tabs among them.</summary>
    public static string OneLine(string text, char replacement) =>
        Replace(text, replacement, static (source, i) => IsShown(source[i]));

    /// <summary>The same, but line ends and tabs stay. A carriage return alone, which writes over its line, does not.</summary>
    public static string Lines(string text, char replacement) => Replace(
        text, replacement,
        static (source, i) => source[i] is '\n' or '\t' || IsShown(source[i]) || (source[i] == '\r' && i + 1 < source.Length && source[i + 1] == '\n'));

    private static string Replace(string text, char replacement, Func<string, int, bool> keeps)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!keeps(text, i))
            {
                return string.Create(text.Length, (text, replacement, keeps), static (clean, state) =>
                {
                    for (int i = 0; i < clean.Length; i++)
                        clean[i] = state.keeps(state.text, i) ? state.text[i] : state.replacement;
                });
            }
        }
        return text;
    }

    private static bool IsShown(char c) =>
        !char.IsControl(c) && c is not (>= '\u2028' and <= '\u202e') and not (>= '\u2066' and <= '\u2069');
}
