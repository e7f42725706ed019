using System.Text.Json;

namespace AlbertNative.Training;

/// <summary>Questions of SQuAD's nested JSON, and of flat objects one a line as Hugging Face's data sets write them.</summary>
internal sealed class QuestionReader
{
    private readonly DataText _file;
    private readonly List<QuestionExample> _questions = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    private QuestionReader(DataText file) => _file = file;

    public static List<QuestionExample> Read(DataText file)
    {
        QuestionReader reader = new(file);
        using (JsonDocument? nested = ParseNested(file))
        {
            if (nested is not null)
                reader.ReadNested(nested);
            else
                reader.ReadFlat();
        }
        return reader._questions.Count > 0 ? reader._questions : throw new DataFormatException(file.Path, 0, null, "the file has no questions");
    }

    /// <summary>The file as one document of SQuAD's nesting; null where it is none.</summary>
    private static JsonDocument? ParseNested(DataText file)
    {
        JsonDocument document;
        try
        {
            document = JsonRows.Parse(file, file.Text, 1);
        }
        catch (DataFormatException) when (!BeginsNested(file))
        {
            return null;
        }
        if (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("data", out _))
            return document;
        document.Dispose();
        return null;
    }

    // One object a line is no single document; a broken nested file is one that begins like it, and is told so.
    private static bool BeginsNested(DataText file) =>
        file.Text.AsSpan().TrimStart() is ['{', ..] && !file.Lines().First().Line.TrimEnd().EndsWith('}');

    private void ReadNested(JsonDocument document)
    {
        JsonPlaces places = new(_file.Text, document);
        JsonElement[] articles = List(document.RootElement, "data", 1);
        for (int a = 0; a < articles.Length; a++)
        {
            JsonElement[] paragraphs = List(articles[a], "paragraphs", 1);
            for (int p = 0; p < paragraphs.Length; p++)
            {
                JsonElement[] questions = List(paragraphs[p], "qas", 1);
                int paragraphLine = places.Line(paragraphs[p]);
                string context = Text(paragraphs[p], "context", paragraphLine);
                for (int q = 0; q < questions.Length; q++)
                    Add(questions[q], context, places.Line(questions[q]));
            }
        }
    }

    private void ReadFlat()
    {
        foreach ((int line, JsonElement item) in JsonRows.Objects(_file))
            Add(item, Text(item, "context", line), line);
    }

    private void Add(JsonElement question, string context, int line)
    {
        if (question.ValueKind != JsonValueKind.Object)
            throw Wrong(line, "qas", $"an object was expected, not {question.ValueKind}");
        string id = question.TryGetProperty("id", out _) ? Text(question, "id", line) : DataText.Number(_questions.Count);
        if (!_ids.Add(id))
            throw Wrong(line, "id", $"question '{id}' comes twice");
        bool impossible = question.TryGetProperty("is_impossible", out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
        List<AnswerExample> answers = impossible ? [] : [.. Answers(question, line, id).Select(answer => Place(answer, context, line, id))];
        _questions.Add(new(id, Text(question, "question", line), context, answers, line));
    }

    /// <summary>Either a list of objects, or an object of two lists.</summary>
    private IEnumerable<(string Text, int Start)> Answers(JsonElement question, int line, string id)
    {
        if (!question.TryGetProperty("answers", out JsonElement answers))
            yield break;
        if (answers.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement answer in answers.EnumerateArray())
                yield return (Text(answer, "text", line), Integer(Property(answer, "answer_start", line), line, id));
            yield break;
        }
        JsonElement[] texts = List(answers, "text", line);
        JsonElement[] starts = List(answers, "answer_start", line);
        if (texts.Length != starts.Length)
            throw Wrong(line, "answers", $"question '{id}' has {texts.Length} texts and {starts.Length} starts");
        for (int i = 0; i < texts.Length; i++)
        {
            string text = texts[i].ValueKind == JsonValueKind.String
                ? texts[i].GetString()! : throw Wrong(line, "text", $"an answer of question '{id}' is no text");
            yield return (text, Integer(starts[i], line, id));
        }
    }

    /// <summary>SQuAD counts code points.</summary>
    private AnswerExample Place((string Text, int Start) answer, string context, int line, string id)
    {
        int index = 0;
        for (int points = 0; points < answer.Start && index < context.Length; points++)
            index += char.IsSurrogatePair(context, index) ? 2 : 1;
        bool there = answer.Start >= 0 && string.CompareOrdinal(context, index, answer.Text, 0, answer.Text.Length) == 0
            && index + answer.Text.Length <= context.Length;
        return there
            ? new(answer.Text, new(index, index + answer.Text.Length))
            : throw Wrong(line, "answer_start", $"the answer '{answer.Text}' of question '{id}' does not stand at {answer.Start} of its context");
    }

    private JsonElement[] List(JsonElement parent, string name, int line) => Property(parent, name, line) is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray()]
        : throw Wrong(line, name, "a list was expected");

    private string Text(JsonElement parent, string name, int line) => Property(parent, name, line) is { ValueKind: JsonValueKind.String } text
        ? text.GetString()!
        : throw Wrong(line, name, "a text was expected");

    private JsonElement Property(JsonElement parent, string name, int line) => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value)
        ? value
        : throw Wrong(line, name, $"there is no '{name}'");

    private int Integer(JsonElement value, int line, string id) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
        ? number
        : throw Wrong(line, "answer_start", $"question '{id}': a whole number was expected");

    private DataFormatException Wrong(int line, string name, string problem) => new(_file.Path, line, name, problem);
}
