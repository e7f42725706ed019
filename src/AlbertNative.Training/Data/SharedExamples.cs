namespace AlbertNative.Training;

/// <summary>An example that stands in two files.</summary>
/// <param name="Text">Its text; words joined by blanks, the parts of a pair by a tab.</param>
/// <param name="Line">Its line in the evaluation file.</param>
/// <param name="TrainLine">The first line in the train file where it stands.</param>
public sealed record SharedExample(string Text, int Line, int TrainLine);

/// <summary>Finds what stands in the file that a model learns from and in the one that judges it.</summary>
public static class SharedExamples
{
    /// <summary>The texts (or pairs) of <paramref name="evaluation"/> that are also in <paramref name="train"/>, letter for letter.</summary>
    public static IReadOnlyList<SharedExample> Find(IEnumerable<LabelledText> train, IEnumerable<LabelledText> evaluation) =>
        Find(train, evaluation, text => text.Pair is null ? text.Text : $"{text.Text}\t{text.Pair}", text => text.Line);

    /// <summary>The sentences whose words are also one of <paramref name="train"/>'s.</summary>
    public static IReadOnlyList<SharedExample> Find(IEnumerable<TaggedSentence> train, IEnumerable<TaggedSentence> evaluation) =>
        Find(train, evaluation, sentence => string.Join(' ', sentence.Words), sentence => sentence.Line);

    /// <summary>The questions that are also in <paramref name="train"/>, about the same text.</summary>
    public static IReadOnlyList<SharedExample> Find(IEnumerable<QuestionExample> train, IEnumerable<QuestionExample> evaluation) =>
        Find(train, evaluation, question => $"{question.Question}\t{question.Context}", question => question.Line);

    /// <summary>The texts that are also in <paramref name="train"/>, with the same choices.</summary>
    public static IReadOnlyList<SharedExample> Find(IEnumerable<ChoiceExample> train, IEnumerable<ChoiceExample> evaluation) =>
        Find(train, evaluation, example => string.Join('\t', example.Choices.Prepend(example.Text)), example => example.Line);

    /// <summary>The pairs that are also in <paramref name="train"/>.</summary>
    public static IReadOnlyList<SharedExample> Find(IEnumerable<TextPair> train, IEnumerable<TextPair> evaluation) =>
        Find(train, evaluation, pair => $"{pair.First}\t{pair.Second}", pair => pair.Line);

    private static List<SharedExample> Find<T>(IEnumerable<T> train, IEnumerable<T> evaluation, Func<T, string> text, Func<T, int> line)
    {
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        foreach (T example in train)
            lines.TryAdd(text(example), line(example));
        return
        [
            .. evaluation.Where(example => lines.ContainsKey(text(example)))
                .Select(example => new SharedExample(text(example), line(example), lines[text(example)])),
        ];
    }
}
