namespace AlbertNative.Training;

/// <summary>
/// Forms and universal part-of-speech tags of Universal Dependencies' CoNLL-U format: syntactic words, so lines of ranges
/// (<c>1-2</c>) and of empty nodes (<c>8.1</c>) are left out.
/// </summary>
internal static class ConlluReader
{
    private const int Columns = 10;

    /// <summary>What stands in a column that has nothing.</summary>
    private const string Unspecified = "_";

    public static List<TaggedSentence> Read(DataText file)
    {
        List<TaggedSentence> sentences = [];
        List<string> words = [], tags = [];
        int start = 0;
        foreach ((int number, string line) in file.Lines().Append((0, "")))
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                if (words.Count > 0)
                    sentences.Add(new(words, tags, start));
                (words, tags) = ([], []);
                continue;
            }
            if (line[0] == '#')
                continue;
            string[] fields = line.Split('\t');
            if (fields.Length != Columns)
                throw new DataFormatException(file.Path, number, DataText.Number(Math.Min(fields.Length, Columns) + 1), $"{Columns} columns divided by tabs were expected, not {fields.Length}");
            if (fields[0].AsSpan().ContainsAny('-', '.'))
                continue;
            if (fields[0] != DataText.Number(words.Count + 1))
                throw new DataFormatException(file.Path, number, "ID", $"word {words.Count + 1} was expected, not '{fields[0]}'");
            if (fields[3] is "" or Unspecified)
                throw new DataFormatException(file.Path, number, "UPOS", $"the word '{fields[1]}' has no part of speech");
            if (words.Count == 0)
                start = number;
            words.Add(fields[1]);
            tags.Add(fields[3]);
        }
        return sentences.Count > 0 ? sentences : throw new DataFormatException(file.Path, 0, null, "the file has no sentences");
    }
}
