namespace AlbertNative.Annotations;

/// <summary>A vector for each sentence, made of those of its tokens: added in their order in single precision.</summary>
public sealed class SentenceEmbeddings : RowAnnotator
{
    private static readonly SettingNames<PoolingStrategy> Strategies = new("poolingStrategy", "AVERAGE", "SUM");
    private static readonly Parameter PoolingStrategyParameter = Parameter.Text("poolingStrategy", Strategies.NameOf(PoolingStrategy.Average));
    private static readonly Parameter DimensionParameter = Parameter.Number("dimension", 100);
    private static readonly Parameter StorageRefParameter = Parameter.Text("storageRef");

    /// <summary>How vectors are put together.</summary>
    public PoolingStrategy PoolingStrategy
    {
        get => Strategies.Parse(Get<string>(PoolingStrategyParameter)!);
        init => Set(PoolingStrategyParameter, Strategies.NameOf(value));
    }

    /// <summary>What the column's metadata says of the vectors' length in the mode spark-nlp-exact; elsewhere it is that of the words' column.</summary>
    public int Dimension
    {
        get => Get<int>(DimensionParameter);
        init => Set(DimensionParameter, value);
    }

    /// <summary>Which model the vectors are of; null for what the words' column says.</summary>
    public string? StorageRef
    {
        get => Get<string>(StorageRefParameter);
        init => Set(StorageRefParameter, value);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputTypes { get; } = [AnnotatorTypes.Document, AnnotatorTypes.WordEmbeddings];

    /// <inheritdoc/>
    public override string OutputType => AnnotatorTypes.SentenceEmbeddings;

    private protected override IEnumerable<Parameter> AnnotatorParameters =>
        [PoolingStrategyParameter, DimensionParameter, StorageRefParameter];

    /// <inheritdoc/>
    public override IReadOnlyList<Annotation> Annotate(IReadOnlyList<Annotation> annotations)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        ILookup<string, Annotation> words = OfType(annotations, AnnotatorTypes.WordEmbeddings).ToLookup(word => word.Sentence);
        return
        [
            .. OfType(annotations, AnnotatorTypes.Document).Select(sentence => new Annotation(
                OutputType, sentence.Begin, sentence.End, sentence.Result, MetadataOf(sentence), Pool(words[sentence.Sentence]))),
        ];
    }

    internal override void Validate()
    {
        base.Validate();
        _ = PoolingStrategy;
    }

    private protected override ColumnMetadata OutputMetadata(FrameSchema schema)
    {
        ColumnMetadata words = InputCols.Select(column => schema.Find(column)!.Metadata!)
            .First(metadata => metadata.AnnotatorType == AnnotatorTypes.WordEmbeddings);
        return new ColumnMetadata(OutputType, IsExact ? Dimension : words.Dimension, StorageRef ?? words.Ref);
    }

    private static Dictionary<string, string?> MetadataOf(Annotation sentence) => new(4)
    {
        ["sentence"] = sentence.Sentence,
        ["token"] = sentence.Result,
        ["pieceId"] = "-1",
        ["isWordStart"] = "true",
    };

    private float[] Pool(IEnumerable<Annotation> words)
    {
        float[]? sum = null;
        int count = 0;
        foreach (Annotation word in words)
        {
            ReadOnlySpan<float> vector = word.Embeddings.Span;
            sum ??= new float[vector.Length];
            if (vector.Length != sum.Length)
                throw new ArgumentException($"{word}: a vector of {vector.Length} behind one of {sum.Length}");
            for (int i = 0; i < sum.Length; i++)
                sum[i] += vector[i];
            count++;
        }
        if (sum is null)
            return [];
        if (PoolingStrategy == PoolingStrategy.Average)
        {
            for (int i = 0; i < sum.Length; i++)
                sum[i] /= count;
        }
        return sum;
    }
}
