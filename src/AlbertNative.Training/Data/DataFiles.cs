namespace AlbertNative.Training;

/// <summary>
/// Reads the files that models are trained and judged on. All are UTF-8; every error names file, line and column; letters,
/// joiners and blanks inside texts stay as they are.
/// </summary>
public static class DataFiles
{
    /// <summary>Labelled texts and pairs, of <c>.csv</c>, <c>.tsv</c>, <c>.jsonl</c> and <c>.json</c> files.</summary>
    /// <exception cref="DataFormatException">The file is not of this form.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataSet<LabelledText> ReadTexts(string path, DataOptions? options = null)
    {
        DataText file = ReadTable(path);
        List<string> notes = [];
        return new(file, LabelledTexts.Read(file, Rows(file, options, notes), options ?? DataOptions.Default, notes), notes);
    }

    /// <summary>
    /// Sentences in words with tags: CoNLL's columns (the first and the last of each line, a blank line between sentences), the
    /// forms and universal tags of <c>.conllu</c> files, and objects with <c>tokens</c> and <c>ner_tags</c> or <c>tags</c> of
    /// <c>.jsonl</c> and <c>.json</c> files.
    /// </summary>
    /// <exception cref="DataFormatException">The file is not of this form.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataSet<TaggedSentence> ReadTags(string path)
    {
        DataText file = DataText.Read(path);
        List<string> notes = [];
        List<TaggedSentence> sentences = Extension(path) switch
        {
            ".conllu" => ConlluReader.Read(file),
            ".jsonl" or ".json" => TaggedObjects.Read(file),
            _ => ConllReader.Read(file),
        };
        return new(file, UnderscoreTags.Convert(sentences, notes), notes);
    }

    /// <summary>Questions in SQuAD's nesting, or as objects with <c>question</c>, <c>context</c> and <c>answers</c>, one a line.</summary>
    /// <exception cref="DataFormatException">The file is not of this form, or an answer does not stand where it should.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataSet<QuestionExample> ReadQuestions(string path)
    {
        DataText file = DataText.Read(path);
        return new(file, QuestionReader.Read(file));
    }

    /// <summary>
    /// Multiple choice: SWAG's columns (<c>sent1</c>, <c>sent2</c>, <c>ending0</c> …, <c>label</c>) of a table, or objects with
    /// <c>text</c>, <c>context</c> or <c>question</c>, with <c>choices</c> or <c>candidates</c>, and with <c>label</c> or
    /// <c>answer</c>, the right one's number from 0.
    /// </summary>
    /// <exception cref="DataFormatException">The file is not of this form.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataSet<ChoiceExample> ReadChoices(string path, DataOptions? options = null)
    {
        DataText file = ReadTable(path);
        List<string> notes = [];
        return new(file, [.. Rows(file, options, notes).Select(ChoiceRows.Read)], notes);
    }

    /// <summary>
    /// Pairs of texts: the columns that the options name, or <c>anchor</c>, <c>query</c>, <c>text</c>, <c>sentence1</c> …, and
    /// <c>positive</c>, <c>answer</c>, <c>sentence2</c> …; further texts that do not belong to the first in <c>negative</c>; and
    /// how alike the two are in <c>score</c>, <c>label</c> or <c>similarity</c>, where there is such a column.
    /// </summary>
    /// <param name="path">A <c>.csv</c>, <c>.tsv</c>, <c>.jsonl</c> or <c>.json</c> file.</param>
    /// <param name="options">Where its parts stand.</param>
    /// <param name="negativeColumns">The columns of texts that do not belong to the first; empty for <c>negative</c>.</param>
    /// <exception cref="DataFormatException">The file is not of this form.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataSet<TextPair> ReadPairs(string path, DataOptions? options = null, IReadOnlyList<string>? negativeColumns = null)
    {
        DataText file = ReadTable(path);
        List<string> notes = [];
        return new(file, PairRows.Read(file, Rows(file, options, notes), options ?? DataOptions.Default, negativeColumns ?? []), notes);
    }

    /// <summary>Plain text: documents divided by blank lines.</summary>
    /// <exception cref="DataFormatException">The file is not UTF-8.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataSet<TextDocument> ReadDocuments(string path)
    {
        DataText file = DataText.Read(path);
        List<TextDocument> documents = [];
        List<string> lines = [];
        foreach ((int number, string line) in file.Lines().Append((0, "")))
        {
            if (!string.IsNullOrWhiteSpace(line))
                lines.Add(line);
            if (lines.Count == 1 && !string.IsNullOrWhiteSpace(line))
                documents.Add(new(lines, number));
            if (string.IsNullOrWhiteSpace(line))
                lines = [];
        }
        return new(file, documents);
    }

    /// <summary>Plain text of which each line that is not blank stands by itself.</summary>
    /// <exception cref="DataFormatException">The file is not UTF-8.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataSet<TextDocument> ReadLines(string path)
    {
        DataText file = DataText.Read(path);
        return new(file, [.. file.Lines().Where(line => !string.IsNullOrWhiteSpace(line.Line)).Select(line => new TextDocument([line.Line], line.Number))]);
    }

    /// <summary>The rows of a table or of a list of objects.</summary>
    internal static IEnumerable<DataRow> Rows(DataText file, DataOptions? options, List<string> notes) => Extension(file.Path) switch
    {
        ".csv" or ".tsv" => SeparatedValues.Read(file, options ?? DataOptions.Default, notes),
        _ => JsonRows.Read(file),
    };

    /// <summary>The text of a table or of a list of objects, which the file's name says that it is.</summary>
    /// <exception cref="DataFormatException">Its name says something else.</exception>
    internal static DataText ReadTable(string path) => Extension(path) is ".csv" or ".tsv" or ".jsonl" or ".json"
        ? DataText.Read(path)
        : throw new DataFormatException(
            path, 0, null, $"files ending in '{Extension(path)}' are not read for this task; .csv, .tsv, .jsonl and .json are");

    private static string Extension(string path) => Path.GetExtension(path).ToLowerInvariant();
}
