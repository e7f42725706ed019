using System.Text;
using AlbertNative.Annotations.Java;
using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>The answer to a question in a context.</summary>
public abstract class AnswerAnnotator : ModelAnnotator
{
    private readonly QuestionAnsweringHead _head;
    private readonly Lazy<SparkPieces> _pieces;
    private readonly Lazy<QuestionAnswerer> _answerer;

    private protected AnswerAnnotator(AnnotationModel model, ModelFamily family)
        : base(model, family)
    {
        _head = new QuestionAnsweringHead(model.Model.Transformer);
        _pieces = new(() => new SparkPieces(Model));
        _answerer = new(() => new QuestionAnswerer(Model.Model));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputTypes { get; } = [AnnotatorTypes.Document, AnnotatorTypes.Document];

    /// <inheritdoc/>
    public override string OutputType => AnnotatorTypes.Chunk;

    private protected override IEnumerable<Parameter> ModelParametersOfClass => [];

    internal override void Validate()
    {
        base.Validate();
        if (Mode != AnnotationMode.HuggingFace)
            _ = _pieces.Value;
    }

    private protected override IReadOnlyList<IReadOnlyList<Annotation>> AnnotateRows(
        IReadOnlyList<IReadOnlyList<Annotation>> rows, CancellationToken cancellationToken) =>
        [.. rows.Select(row => AnswerRow([.. OfType(row, AnnotatorTypes.Document)], cancellationToken))];

    private Annotation[] AnswerRow(Annotation[] documents, CancellationToken cancellationToken)
    {
        if (documents.Length == 0)
            return [];
        return Mode == AnnotationMode.HuggingFace
            ? AnswerAsHuggingFace(documents[0].Result, string.Concat(documents[1..].Select(context => context.Result)), cancellationToken)
            : [AnswerAsSparkNlp(documents[0], documents[1..], cancellationToken)];
    }

    /// <summary>A slice of the context, with its place; none where there is no context.</summary>
    private Annotation[] AnswerAsHuggingFace(string question, string context, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(context))
            return [];
        return [.. _answerer.Value.Answer(question, context, cancellationToken: cancellationToken).Take(1).Select(AnnotationOf)];
    }

    private Annotation AnnotationOf(Answer answer) => new(
        OutputType, answer.Span.Start, answer.Span.End - 1, answer.Text,
        new Dictionary<string, string?>
        {
            ["sentence"] = "0",
            ["chunk"] = "0",
            ["start"] = JavaText.ToString(answer.Span.Start),
            ["end"] = JavaText.ToString(answer.Span.End - 1),
            ["score"] = JavaText.ToString(answer.Score),
        });

    /// <summary>
    /// As Spark NLP with an ONNX model: the best start and the best end, each by itself among all positions but <c>[CLS]</c>'s, and the
    /// pieces between them written out.
    /// </summary>
    private Annotation AnswerAsSparkNlp(Annotation question, Annotation[] contexts, CancellationToken cancellationToken)
    {
        (string Text, int Id)[] asked = PiecesOf(question);
        (string Text, int Id)[] known = [.. contexts.SelectMany(PiecesOf)];
        int[] first = [.. asked.Select(piece => piece.Id)], second = [.. known.Select(piece => piece.Id)];
        bool isCut = contexts.Prepend(question).Any(document => document.Result.Length > MaxSentenceLength) || !PairEncoding.Fits(first, second, Limit);
        RequireWhole(isCut, question, " with its context");
        int[] ids = PairEncoding.Encode(_pieces.Value, first, second, Limit, IsExact);
        TokenBatch batch = new();
        batch.Add(ids);
        LogitsOutput output = _head.Forward(batch, cancellationToken: cancellationToken);

        float[] starts = ScoresOf(output, QuestionAnsweringHead.Start);
        float[] ends = ScoresOf(output, QuestionAnsweringHead.End);
        int start = ClassScores.Best(starts), end = ClassScores.Best(ends);
        // Spark NLP looks the pieces up as if the question had not been cut.
        IEnumerable<(string Text, int Id)> shown = IsExact ? asked : asked.Take(PairEncoding.Head(Limit, IsExact));
        string answer = end < start ? "" : TextOf(shown.Concat(known).Select(piece => piece.Text), Math.Max(start - 1, 0), end);
        return new Annotation(OutputType, 0, Math.Max(answer.Length - 1, 0), answer, new Dictionary<string, string?>
        {
            ["sentence"] = "0",
            ["chunk"] = "0",
            ["start"] = JavaText.ToString(start),
            ["start_score"] = JavaText.ToString(starts[start]),
            ["end"] = JavaText.ToString(end),
            ["end_score"] = JavaText.ToString(ends[end]),
            ["score"] = JavaText.ToString((starts[start] + ends[end]) / 2),
        });
    }

    // Spark NLP cuts a text to as many characters as there may be pieces, before it looks at pieces.
    private (string Text, int Id)[] PiecesOf(Annotation document)
    {
        string text = document.Result;
        (string[] texts, int[] ids) = _pieces.Value.Encode(text[..Math.Min(text.Length, MaxSentenceLength)], CaseSensitive);
        return [.. texts.Zip(ids).Take(MaxSentenceLength)];
    }

    private float[] ScoresOf(LogitsOutput output, int column)
    {
        float[] logits = new float[output.Logits.Rows - 1];
        for (int i = 0; i < logits.Length; i++)
            logits[i] = output.Logits[i + 1][column];
        return ClassScores.Softmax(logits, overflowing: IsExact);
    }

    private static string TextOf(IEnumerable<string> pieces, int first, int end)
    {
        StringBuilder text = new();
        foreach (string piece in pieces.Skip(first).Take(end - first))
            text.Append(piece.StartsWith('▁') ? $" {piece.AsSpan(1)}" : piece);
        string written = text.ToString();
        (int start, int stop) = JavaText.TrimRange(written);
        return written[start..stop];
    }
}
