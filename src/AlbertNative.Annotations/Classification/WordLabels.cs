using AlbertNative.Annotations.Java;
using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>
/// A label for each token: that of its first piece; or, of a model with a CRF, which Spark NLP does not know, the one that it has
/// in the best sequence of the sentence's labels.
/// </summary>
public abstract class WordLabels : TokenModelAnnotator
{
    private readonly TokenClassificationHead _head;
    private readonly WordDecoder? _decoder;

    private protected WordLabels(AnnotationModel model, ModelFamily family)
        : base(model, family)
    {
        _head = new TokenClassificationHead(model.Model.Transformer);
        _decoder = WordDecoder.Of(_head.Transitions, model.Model.Config.Labels, scheme: null);
    }

    /// <inheritdoc/>
    public override string OutputType => AnnotatorTypes.NamedEntity;

    private protected override bool TakesRowsAlone => true;

    private protected override IEnumerable<Parameter> ModelParametersOfClass => [];

    private protected override void Annotate(
        IReadOnlyList<SentenceInput> pass, Action<TokenSentence, Annotation> add, CancellationToken cancellationToken)
    {
        (TokenBatch batch, int[] rows) = InputPasses.BatchOf(pass);
        LogitsOutput output = new();
        _head.Forward(batch, rows, output, cancellationToken);
        IReadOnlyList<string> labels = Model.Model.Config.Labels;
        List<(SentenceInput Input, WordStart Start, int Row)> words = [];
        InputPasses.ForEachWord(pass, output.Logits, (input, start, row) => words.Add((input, start, row)));
        Dictionary<int, (int Label, float[] Scores)> decoded = _decoder is null ? [] : Decode(_decoder, words, output);
        foreach ((SentenceInput input, WordStart start, int row) in words)
        {
            Annotation token = input.Sentence.Tokens[start.Token];
            float[] scores;
            int best;
            if (decoded.TryGetValue(row, out (int Label, float[] Scores) chosen))
            {
                (best, scores) = chosen;
            }
            else
            {
                scores = ClassScores.Softmax(output.Logits[row], overflowing: IsExact);
                best = ClassScores.Best(scores);
            }
            Dictionary<string, string?> metadata = ClassScores.MetadataOf(JavaText.ToString(input.Sentence.Index), labels, scores);
            metadata["word"] = token.Result;
            add(input.Sentence, new Annotation(OutputType, token.Begin, token.End, labels[best], metadata));
        }
    }

    /// <summary>The rows of each sentence together; words that share a piece share its label.</summary>
    private static Dictionary<int, (int Label, float[] Scores)> Decode(
        WordDecoder decoder, List<(SentenceInput Input, WordStart Start, int Row)> words, LogitsOutput output)
    {
        Dictionary<int, (int Label, float[] Scores)> decoded = [];
        foreach (IGrouping<SentenceInput, int> sentence in words.GroupBy(word => word.Input, word => word.Row, (IEqualityComparer<SentenceInput>)ReferenceEqualityComparer.Instance))
        {
            int[] rows = [.. sentence.Distinct()];
            (int Label, float[] Scores)[] labels = decoder.DecodeAll(output.Logits, rows);
            for (int i = 0; i < rows.Length; i++)
                decoded[rows[i]] = labels[i];
        }
        return decoded;
    }
}
