using System.Globalization;

namespace AlbertNative.Training;

/// <summary>Rows as questions of multiple choice.</summary>
internal static class ChoiceRows
{
    public static ChoiceExample Read(DataRow row)
    {
        (string text, string[] choices) = row.Has("ending0") ? Swag(row) : Listed(row);
        if (choices.Length < 2)
            throw row.Wrong("choices", $"two choices or more were expected, not {choices.Length}");
        string column = row.FirstOf("label", "answer") ?? throw row.Wrong(null, $"there is neither 'label' nor 'answer'; {row.Names}");
        string value = row.Text(column);
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int label) && label < choices.Length
            ? new(text, choices, label, row.Line)
            : throw row.Wrong(column, $"'{value}' is no number of a choice (0 to {choices.Length - 1})");
    }

    private static (string Text, string[] Choices) Swag(DataRow row)
    {
        string begun = row.Text("sent2");
        List<string> endings = [];
        for (int i = 0; row.Has("ending" + DataText.Number(i)); i++)
            endings.Add($"{begun} {row.Text("ending" + DataText.Number(i))}");
        return (row.Text("sent1"), [.. endings]);
    }

    private static (string Text, string[] Choices) Listed(DataRow row)
    {
        string text = row.FirstOf("text", "context", "question") ?? throw row.Wrong(null, $"there is no 'text', 'context' or 'question'; {row.Names}");
        string choices = row.FirstOf("choices", "candidates") ?? throw row.Wrong(null, $"there is neither 'choices' nor 'candidates'; {row.Names}");
        return (row.Text(text), row.Texts(choices));
    }
}
