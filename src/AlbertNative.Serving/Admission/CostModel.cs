using AlbertNative.Model;

namespace AlbertNative.Serving;

/// <summary>
/// What sequences of one model cost. In tokens: a sequence of n tokens is worth n + n²/k, the products growing with n and the
/// attention with its square, and a step costs some tokens more, for which its weights are read. In seconds: by the rate at
/// which one worker does tokens, measured as it goes.
/// </summary>
/// <remarks>
/// k is where both cost the same: 4H² + 2HI multiply-adds of products against 2nH of attention in each layer, the latter at
/// about 0.7 of the products' speed.
/// </remarks>
internal sealed class CostModel
{
    /// <summary>What reading a layer's weights costs, in tokens.</summary>
    public const int StepTokens = 7;

    private const double AttentionSpeed = 0.7;

    /// <summary>Seconds of computing over which the rate is an average.</summary>
    private const double Memory = 5;

    private readonly double _quadratic;
    private double _tokens;
    private double _seconds;

    /// <param name="hiddenSize">H</param>
    /// <param name="intermediateSize">I</param>
    /// <param name="tokensPerSecond">The first estimate of a worker's rate, which soon weighs nothing.</param>
    public CostModel(int hiddenSize, int intermediateSize, double tokensPerSecond)
    {
        _quadratic = AttentionSpeed * ((2.0 * hiddenSize) + intermediateSize);
        _tokens = tokensPerSecond * 0.01;
        _seconds = 0.01;
    }

    public CostModel(ModelConfig config)
        : this(config.HiddenSize, config.IntermediateSize, FirstRate(config))
    {
    }

    /// <summary>Tokens that one worker does in a second, all layers of them.</summary>
    public double Rate => _tokens / _seconds;

    /// <summary>What a sequence costs, in tokens.</summary>
    public int Of(int length) => (int)Math.Min(int.MaxValue, Math.Ceiling(length + (length * (double)length / _quadratic)));

    /// <summary>Learns from a step.</summary>
    /// <param name="tokens">What its sequences cost for the layers that it has taken them through.</param>
    /// <param name="seconds">How long it took.</param>
    public void Learn(double tokens, double seconds)
    {
        if (!(seconds > 0 && tokens > 0))
            return;
        double kept = Math.Exp(-seconds / Memory);
        // Never lets go of all that it knows: a clock that jumps must not leave nothing over nothing.
        kept = Math.Max(kept, 1e-3);
        _tokens = (_tokens * kept) + tokens;
        _seconds = (_seconds * kept) + seconds;
    }

    /// <summary>What a core of today does with products of single precision, about 80 G multiply-adds a second, as a beginning.</summary>
    private static double FirstRate(ModelConfig config)
    {
        double layer = (4.0 * config.HiddenSize * config.HiddenSize) + (2.0 * config.HiddenSize * config.IntermediateSize);
        return 80e9 / (layer * config.StepCount);
    }
}
