using AlbertNative.Annotations.Java;
using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>A label for each token: that of its first piece.</summary>
public abstract class WordLabels : TokenModelAnnotator
{
    private readonly TokenClassificationHead _head;

    private protected WordLabels(AnnotationModel model, ModelFamily family)
        : base(model, family) => _head = new TokenClassificationHead(model.Model.Transformer);

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
        InputPasses.ForEachWord(pass, output.Logits, (input, start, row) =>
        {
            Annotation token = input.Sentence.Tokens[start.Token];
            float[] scores = ClassScores.Softmax(output.Logits[row], overflowing: IsExact);
            Dictionary<string, string?> metadata = ClassScores.MetadataOf(JavaText.ToString(input.Sentence.Index), labels, scores);
            metadata["word"] = token.Result;
            add(input.Sentence, new Annotation(OutputType, token.Begin, token.End, labels[ClassScores.Best(scores)], metadata));
        });
    }
}
