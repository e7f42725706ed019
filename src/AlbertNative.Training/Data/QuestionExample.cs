using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>A question about a text.</summary>
/// <param name="Id">Its name in the file.</param>
/// <param name="Question">The question.</param>
/// <param name="Context">The text that answers it, or does not.</param>
/// <param name="Answers">The right answers; none where the text has none.</param>
/// <param name="Line">The line from 1 of the question in its file.</param>
public sealed record QuestionExample(string Id, string Question, string Context, IReadOnlyList<AnswerExample> Answers, int Line);

/// <summary>A right answer.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Span">Where it stands in the context, in UTF-16 indices.</param>
public sealed record AnswerExample(string Text, TextSpan Span);
