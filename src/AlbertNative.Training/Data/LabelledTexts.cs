namespace AlbertNative.Training;

/// <summary>Rows as labelled texts.</summary>
internal static class LabelledTexts
{
    public static List<LabelledText> Read(DataText file, IEnumerable<DataRow> rows, DataOptions options)
    {
        List<LabelledText> texts = [];
        foreach (DataRow row in rows)
        {
            string text = options.TextColumn ?? row.FirstOf("text", "sentence", "sentence1", "premise", "comment") ?? Default(row, options, "1", "text");
            string? pair = options.PairColumn ?? row.FirstOf("sentence2", "hypothesis");
            texts.Add(new(row.Text(text), string.IsNullOrEmpty(pair) ? null : row.Text(pair), Labels(row, options), row.Line));
        }
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
            string column = row.FirstOf("label", "labels", "score") ?? Default(row, options, "2", "label");
            labels = row.Texts(column);
        }
        return labels.Any(string.IsNullOrWhiteSpace) ? throw row.Wrong(options.LabelColumns is [string first, ..] ? first : "label", "the label is empty") : labels;
    }

    // A table without names has its text first and its label second, unless it is told otherwise.
    private static string Default(DataRow row, DataOptions options, string number, string what) => !options.HasHeader
        ? number
        : throw row.Wrong(null, $"no column is known as the {what}'s: name it, or say that the file has no header ({row.Names})");
}
