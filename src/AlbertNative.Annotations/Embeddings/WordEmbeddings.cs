using AlbertNative.Annotations.Java;
using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>A vector for each token: the last hidden state of its first piece.</summary>
public abstract class WordEmbeddings : TokenModelAnnotator
{
    private static readonly Parameter DimensionParameter = Parameter.Number("dimension", 768);
    private static readonly Parameter StorageRefParameter = Parameter.Text("storageRef");

    private readonly EncoderHead _head;

    private protected WordEmbeddings(AnnotationModel model, ModelFamily family)
        : base(model, family) => _head = new EncoderHead(model.Model.Transformer);

    /// <summary>The length of the vectors. What is set goes into the column's metadata in the mode spark-nlp-exact, and nowhere else.</summary>
    public int Dimension
    {
        get => IsExact ? Get<int>(DimensionParameter) : Model.Model.Config.HiddenSize;
        init => Set(DimensionParameter, value);
    }

    /// <summary>Which model the vectors are of, for the stages behind.</summary>
    public string StorageRef
    {
        get => Get<string>(StorageRefParameter) ?? Uid;
        init => Set(StorageRefParameter, value);
    }

    /// <inheritdoc/>
    public override string OutputType => AnnotatorTypes.WordEmbeddings;

    private protected override bool TakesRowsAlone => false;

    private protected override IEnumerable<Parameter> ModelParametersOfClass => [DimensionParameter, StorageRefParameter];

    private protected override ColumnMetadata OutputMetadata(FrameSchema schema) => new(OutputType, Dimension, StorageRef);

    private protected override void Annotate(
        IReadOnlyList<SentenceInput> pass, Action<TokenSentence, Annotation> add, CancellationToken cancellationToken)
    {
        (TokenBatch batch, int[] rows) = InputPasses.BatchOf(pass);
        EncoderOutput output = new();
        _head.Forward(batch, rows, output, cancellationToken);
        InputPasses.ForEachWord(pass, output.LastHiddenState, (input, start, row) =>
            add(input.Sentence, AnnotationOf(input.Sentence, start, output.LastHiddenState[row].ToArray())));
    }

    private Annotation AnnotationOf(TokenSentence sentence, WordStart start, float[] vector)
    {
        Annotation token = sentence.Tokens[start.Token];
        string text = CaseSensitive ? token.Result : JavaText.ToLowerCase(token.Result);
        Dictionary<string, string?> metadata = new(5)
        {
            ["sentence"] = JavaText.ToString(sentence.Index),
            ["token"] = text,
            ["pieceId"] = JavaText.ToString(start.Id),
            ["isWordStart"] = "true",
            ["isOOV"] = "false",
        };
        return new Annotation(OutputType, token.Begin, token.End, text, metadata, vector);
    }
}
