namespace AlbertNative.Training;

/// <summary>
/// Words and tags in columns, one word a line, a blank line between sentences. What divides columns is a tab, or blanks, or
/// the last <c>|</c> of a line: the first of them that the file's first word has.
/// </summary>
internal static class ConllReader
{
    private const string DocumentStart = "-DOCSTART-";

    private enum Divider
    {
        Tab,
        Blanks,
        LastBar,
    }

    public static List<TaggedSentence> Read(DataText file)
    {
        List<TaggedSentence> sentences = [];
        List<string> words = [], tags = [];
        Divider? divider = null;
        int start = 0;
        foreach ((int number, string line) in file.Lines().Append((0, "")))
        {
            if (line.AsSpan().Trim(" \t").IsEmpty)
            {
                if (words.Count > 0)
                    sentences.Add(new(words, tags, start));
                (words, tags) = ([], []);
                continue;
            }
            if (line.StartsWith(DocumentStart, StringComparison.Ordinal))
                continue;
            divider ??= Find(line);
            (string word, string tag) = Split(line, divider.Value, file, number);
            if (words.Count == 0)
                start = number;
            words.Add(word);
            tags.Add(tag);
        }
        return sentences.Count > 0 ? sentences : throw new DataFormatException(file.Path, 0, null, "the file has no sentences");
    }

    private static Divider Find(string line) =>
        line.Contains('\t', StringComparison.Ordinal) ? Divider.Tab
        : line.Trim(' ').Contains(' ', StringComparison.Ordinal) ? Divider.Blanks
        : Divider.LastBar;

    private static (string Word, string Tag) Split(string line, Divider divider, DataText file, int number)
    {
        char separator = divider switch { Divider.Tab => '\t', Divider.Blanks => ' ', _ => '|' };
        string trimmed = divider == Divider.Blanks ? line.Trim(' ') : line;
        int first = divider == Divider.LastBar ? trimmed.LastIndexOf('|') : trimmed.IndexOf(separator, StringComparison.Ordinal);
        int last = trimmed.LastIndexOf(separator);
        if (first < 0)
        {
            throw new DataFormatException(
                file.Path, number, "2", $"a word and a tag were expected, divided by {Name(divider)} as on the first line; found '{Shown(line)}'");
        }
        (string word, string tag) = (trimmed[..first], trimmed[(last + 1)..].Trim(' '));
        if (word.Length == 0 || tag.Length == 0)
            throw new DataFormatException(file.Path, number, word.Length == 0 ? "1" : "2", $"the {(word.Length == 0 ? "word" : "tag")} is empty");
        return (word, tag);
    }

    private static string Name(Divider divider) => divider switch { Divider.Tab => "a tab", Divider.Blanks => "blanks", _ => "a bar" };

    private static string Shown(string line) => line.Length <= 60 ? line : line[..60] + "…";
}
