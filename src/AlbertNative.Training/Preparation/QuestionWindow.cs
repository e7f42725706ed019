using System.Globalization;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>A question and as much of its context as one model input holds.</summary>
/// <param name="Input"><c>[CLS] question [SEP] part of the context [SEP]</c>.</param>
/// <param name="Spans">
/// Where each token of the context stands in it, in UTF-16 indices, the blank before it left out; null for all other tokens.
/// </param>
internal sealed record QuestionWindow(ModelInput Input, TextSpan?[] Spans)
{
    private const char WordStart = '\u2581';

    /// <summary>
    /// The windows of a question, as Hugging Face's <c>run_qa</c> cuts them: white space before the question dropped, only
    /// the context cut, neighbouring windows sharing <paramref name="stride"/> tokens.
    /// </summary>
    /// <exception cref="ArgumentException">The question leaves no room for more of the context than the stride.</exception>
    public static IReadOnlyList<QuestionWindow> Cut(Tokenizer tokenizer, string question, string context, int maxLength, int stride)
    {
        EncodeOptions options = new() { MaxLength = maxLength, Stride = stride, Truncation = TruncationStrategy.OnlySecond };
        Encoding encoding = tokenizer.Encode(question.TrimStart(), context, options);
        return [.. encoding.Overflow.Prepend(encoding).Select(window => Of(window, context))];
    }

    /// <summary>
    /// The windows of a question, whatever its length: where it leaves no more room than the stride, at which <c>run_qa</c>
    /// breaks off, neighbouring windows share half of that room.
    /// </summary>
    /// <exception cref="ArgumentException">The question leaves no room for its context.</exception>
    public static IReadOnlyList<QuestionWindow> Cut(Tokenizer tokenizer, QuestionExample question, int maxLength, int stride)
    {
        string asked = question.Question.TrimStart();
        int room = maxLength - tokenizer.Encode(asked, "").Count;
        return room > 0
            ? Cut(tokenizer, asked, question.Context, maxLength, stride < room ? stride : room / 2)
            : throw new ArgumentException(
                $"question '{question.Id}' and the special tokens are {maxLength - room} tokens, which leaves no room for its context in {maxLength}");
    }

    /// <summary>
    /// The first and the last token of an answer; both 0, the index of <c>[CLS]</c>, where there is none or this window does
    /// not hold all of it.
    /// </summary>
    /// <param name="answer">Where the answer stands in the context; null where there is none.</param>
    public (int Start, int End) Locate(TextSpan? answer)
    {
        int first = Array.FindIndex(Spans, span => span is not null);
        int last = Array.FindLastIndex(Spans, span => span is not null);
        if (answer is not { } sought || first < 0 || Spans[first]!.Value.Start > sought.Start || Spans[last]!.Value.End < sought.End)
            return (0, 0);
        int start = first;
        while (start <= last && Spans[start]!.Value.Start <= sought.Start)
            start++;
        int end = last;
        while (end >= first && Spans[end]!.Value.End >= sought.End)
            end--;
        return (start - 1, end + 1);
    }

    private static QuestionWindow Of(Encoding encoding, string context)
    {
        TextSpan?[] spans = new TextSpan?[encoding.Count];
        for (int token = 0; token < spans.Length; token++)
        {
            if (encoding.SequenceIndices[token] == 1)
                spans[token] = OwnCharacters(encoding.Spans[token], encoding.Tokens[token], context);
        }
        return new(ModelInput.Of(encoding), spans);
    }

    /// <summary>
    /// A token's span as Hugging Face's fast tokenizers give it: the blank that <c>▁</c> stands for is not the word's, nor is
    /// a mark at the end that was dropped; a <c>▁</c> by itself stands at the word's first character.
    /// </summary>
    private static TextSpan OwnCharacters(TextSpan span, string token, string context)
    {
        (int start, int end) = (span.Start, span.End);
        if (token.StartsWith(WordStart))
        {
            while (start < end && (IsBlank(context[start]) || (token.Length == 1 && IsMark(context[start]))))
                start++;
            if (start == end && start < context.Length)
                return new(start, start + (char.IsSurrogatePair(context, start) ? 2 : 1));
        }
        while (end > start + 1 && IsMark(context[end - 1]) && !IsMark(token[^1]))
            end--;
        return new(start, end);
    }

    // A joiner, where the vocabulary reads it as a blank.
    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format;

    private static bool IsMark(char c) => char.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark;
}
