using System.Globalization;
using System.Text.Json;

namespace AlbertNative.Training;

/// <summary>Reads predictions that some model left in a file.</summary>
public static class PredictionFiles
{
    /// <summary>
    /// Labels: of <c>.txt</c> files one a line; of tables and objects the column or property <c>prediction</c>, <c>predicted</c>,
    /// <c>label</c> or <c>labels</c>, with a <c>score</c> or <c>confidence</c> beside it or without.
    /// </summary>
    /// <exception cref="DataFormatException">The file is not of this form.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataSet<PredictedLabels> ReadLabels(string path)
    {
        DataText file = Read(path);
        if (IsText(path))
            return new(file, [.. file.Lines().Select(line => new PredictedLabels([line.Line.Trim()]))]);
        List<string> notes = [];
        return new(file, [.. DataFiles.Rows(file, null, notes).Select(Labels)], notes);
    }

    /// <summary>Choices, as <see cref="ReadLabels"/> reads labels: the numbers of the choices, from 0.</summary>
    /// <exception cref="DataFormatException">The file is not of this form.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataSet<PredictedChoice> ReadChoices(string path)
    {
        DataText file = Read(path);
        if (IsText(path))
            return new(file, [.. file.Lines().Select(line => new PredictedChoice(Choice(path, line.Number, "1", line.Line.Trim())))]);
        List<string> notes = [];
        return new(file, [.. DataFiles.Rows(file, null, notes).Select(row =>
        {
            PredictedLabels predicted = Labels(row);
            return predicted.Labels is [string choice]
                ? new PredictedChoice(Choice(path, row.Line, "prediction", choice), predicted.Confidence)
                : throw row.Wrong(null, $"one choice was expected, not {predicted.Labels.Count}");
        })], notes);
    }

    /// <summary>Numbers: of <c>.txt</c> files one a line; of tables and objects <c>prediction</c>, <c>predicted</c>, <c>score</c> or <c>label</c>.</summary>
    /// <exception cref="DataFormatException">The file is not of this form.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataSet<double> ReadScores(string path)
    {
        DataText file = Read(path);
        if (IsText(path))
            return new(file, [.. file.Lines().Select(line => Number(file.Path, line.Number, "1", line.Line))]);
        List<string> notes = [];
        return new(file, [.. DataFiles.Rows(file, null, notes).Select(row =>
        {
            string column = row.FirstOf("prediction", "predicted", "score", "label") ?? throw row.Wrong(null, $"there is no prediction; {row.Names}");
            return Number(path, row.Line, column, row.Text(column));
        })], notes);
    }

    /// <summary>One JSON object from questions' ids to answers, as SQuAD's scripts take it.</summary>
    /// <exception cref="DataFormatException">The file is not of this form.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> ReadAnswers(string path) =>
        ReadObject(path, "a text", value => value.ValueKind == JsonValueKind.String ? value.GetString() : null);

    /// <summary>One JSON object from questions' ids to no-answer scores, as SQuAD 2.0's script takes it.</summary>
    /// <exception cref="DataFormatException">The file is not of this form.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyDictionary<string, double> ReadNoAnswerScores(string path) =>
        ReadObject<object>(path, "a number", value => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) ? number : null)
            .ToDictionary(pair => pair.Key, pair => (double)pair.Value);

    /// <summary>The number that a label is.</summary>
    /// <exception cref="DataFormatException">It is none, or not finite.</exception>
    internal static double Number(string path, int line, string column, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : throw new DataFormatException(path, line, column, $"'{text}' is no number");

    private static int Choice(string path, int line, string column, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int choice)
            ? choice
            : throw new DataFormatException(path, line, column, $"'{text}' is no number of a choice");

    private static PredictedLabels Labels(DataRow row)
    {
        string column = row.FirstOf("prediction", "predicted", "label", "labels") ?? throw row.Wrong(null, $"there is no prediction; {row.Names}");
        string? confidence = row.FirstOf("score", "confidence");
        return new(row.Texts(column), confidence is null ? null : Number(row.Path, row.Line, confidence, row.Text(confidence)));
    }

    private static Dictionary<string, T> ReadObject<T>(string path, string expected, Func<JsonElement, T?> read) where T : class
    {
        DataText file = DataText.Read(path);
        using JsonDocument document = JsonRows.Parse(file, file.Text, 1);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new DataFormatException(path, 1, null, $"an object from ids to predictions was expected, not {document.RootElement.ValueKind}");
        Dictionary<string, T> values = new(StringComparer.Ordinal);
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            T value = read(property.Value)
                ?? throw new DataFormatException(
                    path, new JsonPlaces(file.Text, document).Line(property.Value), property.Name, $"{expected} was expected, not {property.Value.ValueKind}");
            if (!values.TryAdd(property.Name, value))
                throw new DataFormatException(path, 0, null, $"question '{property.Name}' comes twice");
        }
        return values;
    }

    private static DataText Read(string path) => IsText(path) ? DataText.Read(path) : DataFiles.ReadTable(path);

    private static bool IsText(string path) => Path.GetExtension(path).Equals(".txt", StringComparison.OrdinalIgnoreCase);
}
