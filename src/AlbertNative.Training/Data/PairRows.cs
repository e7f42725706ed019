namespace AlbertNative.Training;

/// <summary>Rows as pairs of texts.</summary>
internal static class PairRows
{
    public static List<TextPair> Read(DataText file, IEnumerable<DataRow> rows, DataOptions options, IReadOnlyList<string> negatives)
    {
        List<TextPair> pairs = [];
        foreach (DataRow row in rows)
        {
            string first = options.TextColumn ?? row.FirstOf("anchor", "query", "question", "text", "sentence", "sentence1", "premise") ?? row.Unnamed(options, "1", "first text");
            string second = options.PairColumn ?? row.FirstOf("positive", "answer", "passage", "sentence2", "hypothesis") ?? row.Unnamed(options, "2", "second text");
            string? score = options.LabelColumns is [string named] ? named : row.FirstOf("score", "label", "similarity");
            string[] others = negatives.Count > 0 ? [.. negatives.Select(row.Text)] : row.FirstOf("negative") is string negative ? row.Texts(negative) : [];
            pairs.Add(new(
                Filled(row, first), Filled(row, second), others,
                score is null ? null : PredictionFiles.Number(row.Path, row.Line, score, row.Text(score)), row.Line));
        }
        return pairs.Count > 0 ? pairs : throw new DataFormatException(file.Path, 0, null, "the file has no pairs");
    }

    private static string Filled(DataRow row, string column)
    {
        string text = row.Text(column);
        return string.IsNullOrWhiteSpace(text) ? throw row.Wrong(column, "the text is empty") : text;
    }
}
