using System.Text;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

public sealed class DataFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Commas_quotes_and_line_ends_inside_quotes_are_read()
    {
        DataSet<LabelledText> texts = DataFiles.ReadTexts(Write("a.csv", "\uFEFFtext,label\r\n\"a, \"\"b\"\"\r\nc\",1\r\n\r\nhe said \"hi\",2\r\n"));
        Assert.Equal(2, texts.Count);
        Assert.Equal(("a, \"b\"\r\nc", 2), (texts[0].Text, texts[0].Line));
        Assert.Equal(("he said \"hi\"", 5), (texts[1].Text, texts[1].Line));
        Assert.Null(texts[0].Pair);
        Assert.Equal(64, texts.Sha256.Length);
    }

    [Fact]
    public void Pairs_lists_and_named_columns_are_read()
    {
        DataSet<LabelledText> pairs = DataFiles.ReadTexts(Write("a.csv", "premise\thypothesis\tlabel\nx\ty\te\n"));
        Assert.Equal(("x", "y", "e"), (pairs[0].Text, pairs[0].Pair, pairs[0].Labels[0]));
        Assert.Contains("separated by tabs", Assert.Single(pairs.Notes), StringComparison.Ordinal);

        DataSet<LabelledText> objects = DataFiles.ReadTexts(Write("a.jsonl", "{\"text\":\"x\",\"labels\":[\"b\",\"a\"]}\n\n{\"text\":\"y\",\"labels\":[]}\n"));
        Assert.Equal(["b", "a"], objects[0].Labels);
        Assert.Equal((0, 3), (objects[1].Labels.Count, objects[1].Line));

        DataSet<LabelledText> scores = DataFiles.ReadTexts(
            Write("b.json", "[\n {\"u\":\"x\",\"v\":\"y\",\"s\":0.5}\n]"), new() { TextColumn = "u", PairColumn = "v", LabelColumns = ["s"] });
        Assert.Equal(("y", "0.5", 2), (scores[0].Pair, scores[0].Labels[0], scores[0].Line));

        DataSet<LabelledText> bare = DataFiles.ReadTexts(Write("c.tsv", "a\t1\nb\t0\n"), new() { HasHeader = false });
        Assert.Equal(2, bare.Count);
    }

    [Theory]
    [InlineData("a.csv", "text,label\na\n", "(2,2): the line has 1 columns, the first one 2")]
    [InlineData("a.csv", "text,label\na,b,c\n", "(2,3): the line has 3 columns, the first one 2")]
    [InlineData("a.csv", "text,label\n\"a,1\nb,2\n", "(2,1): the quotation mark that begins this field is not closed at its end")]
    [InlineData("a.csv", "text,label\n\"a\"b,1\n", "(2,1): the quotation mark that begins this field is not closed at its end")]
    [InlineData("a.csv", "text,label\na \"b,c\" d,1\n", "(2,1): a quotation mark inside a field that does not begin with one")]
    [InlineData("a.csv", "text,text\na,1\n", "(1): the column 'text' is there twice; a file without a header needs to be read as one")]
    [InlineData("a.csv", "good,1\nbad,0\n", "(2): no column is known as the text's: name it, or say that the file has no header (there are 'good', '1')")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":1}\n{\"label\":1}\n", "(2): no property is known as the text's: name it (there are 'label')")]
    [InlineData("a.csv", "text,label\na,\n", "(2,label): the label is empty")]
    [InlineData("a.csv", "text,label\n", ": the file has no examples")]
    [InlineData("a.csv", "", ": the file has no examples")]
    [InlineData("a.tsv", "text\tlabel\na\t1\n\"b\"\t0\n", "(3,1): this line reads differently with and without CSV's quotation marks: choose the quoting (none or csv)")]
    [InlineData("a.tsv", "text\tlabel\n\"b\t0\n", "(2,1): this line reads differently with and without CSV's quotation marks: choose the quoting (none or csv)")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":1}\n{\"text\":}\n", "(2,9): this is no JSON: '}' is an invalid start of a value.")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":1}\n3\n", "(2): an object was expected, not Number")]
    [InlineData("a.json", "[\n{\"text\":\"a\",\"label\":1},\n\n3]", "(4): an object was expected, not Number")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":1}\n{\"text\":\"\\ud83d\",\"label\":1}\n", "(2,1): this is no JSON: the text at byte 8 has a lone surrogate")]
    [InlineData("a.jsonl", "{\"text\":[\"a\",\"b\"],\"label\":1}\n", "(1,text): one text was expected, not 2")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"text\":\"b\"}\n", "(1,text): the property is there twice")]
    [InlineData("a.xlsx", "", ": files ending in '.xlsx' are not read for this task; .csv, .tsv, .jsonl and .json are")]
    public void Bad_tables_are_refused_with_their_place(string name, string content, string message) =>
        Refused(name, content, message, path => DataFiles.ReadTexts(path));

    [Theory]
    [InlineData("a.txt", "a\tO\nb\n", "(2,2): a word and a tag were expected, divided by a tab as on the first line; found 'b'")]
    [InlineData("a.txt", "a|O\n\n|O\n", "(3,1): the word is empty")]
    [InlineData("a.txt", "a O\nb\n", "(2,2): a word and a tag were expected, divided by blanks as on the first line; found 'b'")]
    [InlineData("a.conll", "a\tO\nb\t\n", "(2,2): the tag is empty")]
    [InlineData("a.conll", "\n \n", ": the file has no sentences")]
    [InlineData("a.conllu", "1\ta\n", "(1,3): 10 columns divided by tabs were expected, not 2")]
    [InlineData("a.conllu", "1\ta\t_\tX\t_\t_\t_\t_\t_\t_\n2\tb\t_\t_\t_\t_\t_\t_\t_\t_\n", "(2,UPOS): the word 'b' has no part of speech")]
    [InlineData("a.conllu", "2\ta\t_\tX\t_\t_\t_\t_\t_\t_\n", "(1,ID): word 1 was expected, not '2'")]
    [InlineData("a.jsonl", "{\"tokens\":[\"a\"],\"tags\":[\"O\",\"O\"]}", "(1,tags): there are 2 tags for 1 tokens")]
    [InlineData("a.jsonl", "{\"tokens\":[\"a\"]}", "(1): there is neither 'ner_tags' nor 'tags'; there are 'tokens'")]
    public void Bad_tags_are_refused_with_their_place(string name, string content, string message) =>
        Refused(name, content, message, DataFiles.ReadTags);

    [Theory]
    [InlineData("{\"data\":3}", "(1,data): a list was expected")]
    [InlineData("{\"data\":[{\"paragraphs\":[{\"qas\":[]}]}]}", "(1,context): there is no 'context'")]
    [InlineData("{\"data\":[]}", ": the file has no questions")]
    [InlineData("{\"data\":[\n{\"paragraphs\":[{\"context\":\"abc\",\"qas\":[\n{\"id\":\"1\",\"question\":\"?\",\"answers\":[{\"text\":\"c\",\"answer_start\":1}]}]}]}]}",
        "(3,answer_start): the answer 'c' of question '1' does not stand at 1 of its context")]
    [InlineData("{\"data\":[{\"paragraphs\":[{\"context\":\"abc\",\"qas\":[{\"id\":\"1\",\"question\":\"?\",\"answers\":[{\"text\":\"c\",\"answer_start\":-1}]}]}]}]}",
        "(1,answer_start): the answer 'c' of question '1' does not stand at -1 of its context")]
    [InlineData("{\"id\":\"1\",\"question\":\"?\",\"context\":\"c\",\"answers\":{\"text\":[\"c\"],\"answer_start\":[]}}", "(1,answers): question '1' has 1 texts and 0 starts")]
    [InlineData("{\"id\":\"1\",\"question\":\"?\",\"context\":\"c\",\"answers\":{\"text\":[7],\"answer_start\":[0]}}", "(1,text): an answer of question '1' is no text")]
    [InlineData("{\"data\":[{\"paragraphs\":[{\"context\":\"c\",\"qas\":[\n7]}]}]}", "(2,qas): an object was expected, not Number")]
    [InlineData("{\"data\":[\n", "(2,1): this is no JSON: ")]
    public void Bad_questions_are_refused_with_their_place(string content, string message) =>
        Refused("a.json", content, message, DataFiles.ReadQuestions);

    [Theory]
    [InlineData("{\"text\":\"a\",\"choices\":[\"b\",\"c\"],\"label\":2}", "(1,label): '2' is no number of a choice (0 to 1)")]
    [InlineData("{\"text\":\"a\",\"choices\":[\"b\"],\"label\":0}", "(1,choices): two choices or more were expected, not 1")]
    [InlineData("{\"text\":\"a\",\"choices\":[\"b\",\"c\"]}", "(1): there is neither 'label' nor 'answer'; there are 'text', 'choices'")]
    public void Bad_choices_are_refused_with_their_place(string content, string message) =>
        Refused("a.jsonl", content, message, path => DataFiles.ReadChoices(path));

    [Fact]
    public void Only_UTF_8_is_read()
    {
        string latin = Path.Combine(_folder.Path, "latin.csv");
        File.WriteAllBytes(latin, [.. "text,label\na,1\ncaf"u8, 0xE9, .. ",1\n"u8]);
        Assert.Equal($"{latin}(3,4): byte 0xE9 is not UTF-8; no other encoding is read", Assert.Throws<DataFormatException>(() => DataFiles.ReadTexts(latin)).Message);
        File.WriteAllText(latin, "text,label\na,1\n", Encoding.Unicode);
        Assert.Equal($"{latin}(1): the file is UTF-16; only UTF-8 is read", Assert.Throws<DataFormatException>(() => DataFiles.ReadTexts(latin)).Message);
    }

    [Fact]
    public void A_quotation_mark_that_nothing_closes_is_refused_however_long_the_file()
    {
        string rows = string.Concat(Enumerable.Repeat(string.Concat(Enumerable.Repeat("some words ", 50)) + ",1\n", 40_000));
        Refused("a.csv", "text,label\nx,1\n\"" + rows, "(3", path => DataFiles.ReadTexts(path));
    }

    [Fact]
    public void Columns_of_words_are_read_whatever_divides_them()
    {
        Assert.Equal(["a b", "#", "c"], DataFiles.ReadTags(Write("a.txt", "-DOCSTART- -X- O\n\na b\tx\tO\n#\tx\tB-X\n\t\nc\ty\tO\n")).SelectMany(s => s.Words));
        Assert.Equal(["O", "B-X"], DataFiles.ReadTags(Write("b.txt", "a NN O\nb NN B-X\n"))[0].Tags);
        DataSet<TaggedSentence> bars = DataFiles.ReadTags(Write("c.txt", "||O\na|B_PER\na|I_PER\n"));
        Assert.Equal(["|", "a", "a"], bars[0].Words);
        Assert.Equal(["O", "B-PER", "I-PER"], bars[0].Tags);
        Assert.Contains("B_PER", Assert.Single(bars.Notes), StringComparison.Ordinal);
        DataSet<TaggedSentence> tree = DataFiles.ReadTags(Write(
            "d.conllu", "# text\n1-2\tab\t_\t_\t_\t_\t_\t_\t_\t_\n1\ta\t_\tX\t_\t_\t_\t_\t_\t_\n2\tb\t_\tY\t_\t_\t_\t_\t_\t_\n2.1\tc\t_\tZ\t_\t_\t_\t_\t_\t_\n\n"));
        Assert.Equal((3, "X Y"), (tree[0].Line, string.Join(' ', tree[0].Tags)));
    }

    [Fact]
    public void Questions_of_a_nested_file_know_their_lines()
    {
        const string Question = "{\"question\": \"é?\",\n \"answers\": []}";
        DataSet<QuestionExample> questions = DataFiles.ReadQuestions(Write(
            "a.json",
            $"\n {{\"data\": [{{\n\"title\": \"\U0001F600\", \"paragraphs\": [\n{{\"qas\": [{Question},\n{Question}, {Question}], \"context\": \"a\"}}]}},\n{{\"paragraphs\": [\n{{\"context\": \"b\", \"qas\": [\n\n{Question}]}}]}}]}}\n"));
        Assert.Equal([4, 6, 7, 12], questions.Select(question => question.Line));
    }

    [Fact]
    public void Answers_are_placed_by_code_points()
    {
        DataSet<QuestionExample> questions = DataFiles.ReadQuestions(Write(
            "a.jsonl", "{\"question\":\"?\",\"context\":\"\U0001F600 yes\",\"answers\":{\"text\":[\"yes\"],\"answer_start\":[2]}}\n"));
        Assert.Equal(3, questions[0].Answers[0].Span.Start);
    }

    [Fact]
    public void Choices_of_SWAG_and_documents_are_read()
    {
        DataSet<ChoiceExample> choices = DataFiles.ReadChoices(Write("a.csv", "sent1,sent2,ending0,ending1,label\nA man.,He,sits.,stands.,1\n"));
        Assert.Equal(("A man.", "He stands.", 1), (choices[0].Text, choices[0].Choices[1], choices[0].Label));
        DataSet<TextDocument> documents = DataFiles.ReadDocuments(Write("a.txt", "\na\nb\n \n\nc"));
        Assert.Equal(["a|b", "c"], documents.Select(document => string.Join('|', document.Lines)));
        Assert.Equal([2, 6], documents.Select(document => document.Line));
        Assert.Equal([(2, "a"), (3, "b"), (6, "c")], DataFiles.ReadLines(documents.Path).Select(line => (line.Line, Assert.Single(line.Lines))));
    }

    [Fact]
    public void What_is_no_file_of_examples_is_refused_before_it_is_read()
    {
        Refused("a.xlsx", "\xFF", ": files ending in '.xlsx' are not read for this task; .csv, .tsv, .jsonl and .json are", path => PredictionFiles.ReadLabels(path));
        IOException folder = Assert.Throws<IOException>(() => DataFiles.ReadTags(_folder.Path));
        Assert.Equal($"{_folder.Path} is a directory, expected a file of examples", folder.Message);
    }

    [Fact]
    public void Empty_texts_are_examples_and_are_counted()
    {
        DataSet<LabelledText> texts = DataFiles.ReadTexts(Write("a.csv", "text,label\na,1\n,1\n ,2\n"));
        Assert.Equal(3, texts.Count);
        Assert.Equal($"{texts.Path}: 2 examples have an empty text, such as line 3.", Assert.Single(texts.Notes));
    }

    [Fact]
    public void A_share_is_split_off_by_strata_the_same_way_each_time()
    {
        string lines = string.Concat(Enumerable.Range(0, 40).Select(i => $"text {i},{(i % 4 == 0 ? "rare" : "common")}\n"));
        DataSet<LabelledText> all = DataFiles.ReadTexts(Write("d.csv", "text,label\n" + lines + "alone,single\n"));
        (DataSet<LabelledText> rest, DataSet<LabelledText> part) = all.Split(0.1, 42, text => text.Labels[0]);
        Assert.Equal((37, 4), (rest.Count, part.Count));
        Assert.Equal((3, 1), (part.Count(text => text.Labels[0] == "common"), part.Count(text => text.Labels[0] == "rare")));
        Assert.Equal(all.Select(text => text.Line), rest.Concat(part).Select(text => text.Line).Order());
        Assert.Equal(part.Select(text => text.Line).Order(), part.Select(text => text.Line));
        Assert.Equal(part, all.Split(0.1, 42, text => text.Labels[0]).Part);
        Assert.NotEqual(part, all.Split(0.1, 43, text => text.Labels[0]).Part);
        Assert.Throws<ArgumentOutOfRangeException>(() => all.Split(1, 42, _ => ""));
        Assert.Throws<DataFormatException>(() => all.Split(0.5, 42, text => text.Text));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_with_a_place()
    {
        Random random = new(7);
        string[] pieces = ["text", "label", ",", "\t", "\"", "\n", "\r\n", "{", "}", "[", "]", ":", "\"text\":", "1", "|", " ", "O", "B-X", "\uFEFF", "\0", "é", "data", "\"data\":"];
        string[] names = ["f.csv", "f.tsv", "f.jsonl", "f.json", "f.conll", "f.conllu", "f.txt"];
        for (int round = 0; round < 1500; round++)
        {
            byte[] bytes = [.. Enumerable.Range(0, random.Next(24)).SelectMany(_ => Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)]))];
            if (bytes.Length > 0 && random.Next(4) == 0)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            string path = Path.Combine(_folder.Path, names[random.Next(names.Length)]);
            File.WriteAllBytes(path, bytes);
            Action[] reads = [() => DataFiles.ReadTexts(path), () => DataFiles.ReadTags(path), () => DataFiles.ReadQuestions(path), () => DataFiles.ReadChoices(path), () => DataFiles.ReadDocuments(path)];
            Exception? exception = Record.Exception(reads[round % reads.Length]);
            Assert.True(exception is null or DataFormatException, $"{Convert.ToHexString(bytes)}: {exception}");
        }
    }

    private string Write(string name, string content) => _folder.Write(name, content);

    private void Refused(string name, string content, string message, Func<string, object> read)
    {
        string path = Write(name, content);
        DataFormatException refused = Assert.Throws<DataFormatException>(() => read(path));
        Assert.StartsWith(path + message, refused.Message, StringComparison.Ordinal);
    }
}
