namespace AlbertNative.Training;

/// <summary>Rows as labelled texts.</summary>
internal static class LabelledTexts
{
    public static List<LabelledText> Read(DataText file, IEnumerable<DataRow> rows, DataOptions options, List<string> notes)
    {
        List<LabelledText> texts = [];
        foreach (DataRow row in rows)
        {
            string text = options.TextColumn ?? row.FirstOf("text", "sentence", "sentence1", "premise", "comment") ?? row.Unnamed(options, "1", "text's");
            string? pair = options.PairColumn ?? row.FirstOf("sentence2", "hypothesis");
            texts.Add(new(row.Text(text), string.IsNullOrEmpty(pair) ? null : row.Text(pair), Labels(row, options), row.Line));
        }
        LabelledText[] empty = [.. texts.Where(text => string.IsNullOrWhiteSpace(text.Text))];
        if (empty.Length > 0)
            notes.Add($"{file.Path}: {empty.Length} {(empty.Length == 1 ? "example has" : "examples have")} an empty text, such as line {DataText.Number(empty[0].Line)}.");
        return texts.Count > 0 ? texts : throw new DataFormatException(file.Path, 0, null, "the file has no examples");
    }

    private static string[] Labels(DataRow row, DataOptions options)
    {
        string[] labels;
        if (options.LabelColumns.Count > 0)
        {
            labels = [.. options.LabelColumns.SelectMany(row.Texts)];
        }
        else
        {
            string column = row.FirstOf("label", "labels", "score") ?? row.Unnamed(options, "2", "label's");
            labels = row.Texts(column);
        }
        return labels.Any(string.IsNullOrWhiteSpace) ? throw row.Wrong(options.LabelColumns is [string first, ..] ? first : "label", "the label is empty") : labels;
    }
}
