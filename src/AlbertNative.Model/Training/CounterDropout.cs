using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// The dropout masks of one update: the factor of an element is a function of the seed, the update, the example's number
/// within the update and the element's place, so it depends on no thread and no division into micro-batches.
/// </summary>
public sealed class CounterDropout(ModelConfig config, ModelArchitecture architecture, long seed) : DropoutMasks
{
    /// <summary>The update's number.</summary>
    public long Update { get; set; }

    /// <summary>The number within the update of the batch's first sequence.</summary>
    public int FirstExample { get; set; }

    /// <summary>Whether the model drops anything at all.</summary>
    public bool DropsAnything => Enum.GetValues<DropoutPlace>().Any(Applies);

    /// <summary>Whether it drops anything before the head.</summary>
    public bool DropsInEncoder => Enum.GetValues<DropoutPlace>().Any(place => place != DropoutPlace.Head && Applies(place));

    /// <inheritdoc/>
    public override bool Applies(DropoutPlace place) => Probability(place) > 0;

    /// <inheritdoc/>
    public override void Fill(in DropoutRow row, Span<float> factors)
    {
        double p = Probability(row.Place);
        float kept = (float)(1 / (1 - p)), threshold = (float)p;
        ulong site = ((ulong)(uint)row.Layer << 40) | ((ulong)(uint)row.Place << 32) | (uint)(FirstExample + row.Sequence);
        CounterRandom numbers = new(seed + (Update << 32), RandomPurpose.Dropout, site);
        // Rows lie 2^24 numbers apart, more than any sequence has columns.
        ulong start = ((ulong)(uint)row.Head << 48) | ((ulong)(uint)row.Row << 24);
        numbers.FillUniform(start, factors);
        foreach (ref float factor in factors)
            factor = factor >= threshold ? kept : 0;
    }

    /// <summary>
    /// ALBERT and BERT drop alike, but for the feed-forward output, which ALBERT leaves alone, and for the head of token
    /// classification, whose dropout is that of the layers where the configuration has none of its own.
    /// </summary>
    private double Probability(DropoutPlace place) => place switch
    {
        DropoutPlace.Embeddings or DropoutPlace.AttentionOutput => config.HiddenDropout,
        DropoutPlace.Attention => config.AttentionDropout,
        DropoutPlace.FfnOutput => Family.Of(config.Family).DropsFfnOutput ? config.HiddenDropout : 0,
        _ => HasHeadDropout ? config.ClassifierDropout : 0,
    };

    /// <summary>Classifiers have dropout, and ALBERT's judgement of sentence order; BERT's of the next sentence has none.</summary>
    private bool HasHeadDropout => architecture switch
    {
        ModelArchitecture.SequenceClassification or ModelArchitecture.TokenClassification or ModelArchitecture.MultipleChoice => true,
        ModelArchitecture.PreTraining => Family.Of(config.Family).DropsSentencePair,
        _ => false,
    };
}
