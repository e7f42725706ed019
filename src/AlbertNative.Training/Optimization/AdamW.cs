using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Training;

/// <summary>The numbers of <see cref="AdamW"/>, with torch's defaults.</summary>
public sealed record AdamWOptions
{
    /// <summary>The decay of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>The decay of the second moment.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>What is added to the root of the second moment.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>The decay of weights; biases and LayerNorms have none.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether moments are corrected for beginning at zero; Google's own ALBERT does not.</summary>
    public bool CorrectsBias { get; init; } = true;

    /// <summary>Whether each tensor's step is scaled to the tensor's own length, as LAMB does for large batches (You et al., arXiv:1904.00962).</summary>
    public bool ScalesByLayer { get; init; }

    /// <summary>The largest norm of all gradients together, which are scaled down to it; 0 for any.</summary>
    public double MaxGradientNorm { get; init; } = 1;
}

/// <summary>
/// AdamW (Loshchilov and Hutter, arXiv:1711.05101) as <c>torch.optim.AdamW</c>, after clipping by the global norm as
/// <c>torch.nn.utils.clip_grad_norm_</c>.
/// </summary>
public sealed class AdamW
{
    private readonly AdamWOptions _options;
    private readonly ParameterChunk[] _chunks;
    private readonly double[] _squares;
    private readonly LayerwiseUpdate? _layerwise;

    /// <summary>An optimizer of some parameters, all moments zero.</summary>
    /// <param name="parameters">What is trained; what is left out keeps its bits.</param>
    /// <param name="length">The floats of the model's blocks.</param>
    /// <param name="options">The numbers.</param>
    public AdamW(IEnumerable<TrainableParameter> parameters, int length, AdamWOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        TrainableParameter[] trained = [.. parameters];
        _chunks = [.. trained.SelectMany(Chunks)];
        if (options.ScalesByLayer)
            _layerwise = new LayerwiseUpdate(_chunks, [.. trained.SelectMany((parameter, tensor) => Chunks(parameter).Select(_ => tensor))], length);
        _squares = new double[_chunks.Length];
        FirstMoments = new ParameterBlock(length);
        SecondMoments = new ParameterBlock(length);
    }

    /// <summary>The updates done.</summary>
    public long Updates { get; set; }

    /// <summary>m, laid out as the parameters.</summary>
    public ParameterBlock FirstMoments { get; }

    /// <summary>v, laid out as the parameters.</summary>
    public ParameterBlock SecondMoments { get; }

    /// <summary>One update. Returns the norm of the gradients before clipping.</summary>
    /// <param name="run">Runs a program on the model's threads.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">Their gradients, which stay as they are.</param>
    /// <param name="learningRate">The update's learning rate.</param>
    public double Step(Action<TeamProgram> run, ParameterBlock parameters, ParameterBlock gradients, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(run);
        run(new Squares(this, gradients));
        double norm = 0;
        foreach (double squares in _squares)
            norm += squares;
        norm = Math.Sqrt(norm);
        double factor = _options.MaxGradientNorm > 0 ? Math.Min(1, _options.MaxGradientNorm / (norm + 1e-6)) : 1;
        Updates++;
        // What LAMB scales is the step of a learning rate of 1.
        double rate = _layerwise is null ? learningRate : 1;
        run(new Update(this, parameters, gradients, [Scalars(0, rate, factor), Scalars(_options.WeightDecay, rate, factor)], learningRate));
        return norm;
    }

    private AdamScalars Scalars(double weightDecay, double learningRate, double factor) => new(
        learningRate, _options.Beta1, _options.Beta2, _options.Epsilon, weightDecay, Updates, _options.CorrectsBias, factor);

    private static IEnumerable<ParameterChunk> Chunks(TrainableParameter parameter)
    {
        for (int start = 0; start < parameter.Length; start += ParameterChunk.Size)
        {
            yield return new ParameterChunk(
                parameter.Offset + start, Math.Min(ParameterChunk.Size, parameter.Length - start), parameter.Decays ? 1 : 0);
        }
    }

    private sealed class Squares(AdamW optimizer, ParameterBlock gradients) : TeamProgram
    {
        protected override void Run(TeamThread thread) =>
            OptimizerOps.SumsOfSquares(thread, optimizer._chunks, gradients, optimizer._squares);
    }

    private sealed class Update(
        AdamW optimizer, ParameterBlock parameters, ParameterBlock gradients, AdamScalars[] groups, double learningRate) : TeamProgram
    {
        protected override void Run(TeamThread thread)
        {
            if (optimizer._layerwise is { } layerwise)
                layerwise.Run(thread, groups, parameters, gradients, optimizer, learningRate);
            else
                OptimizerOps.Adam(thread, optimizer._chunks, groups, parameters, gradients, optimizer.FirstMoments, optimizer.SecondMoments);
        }
    }
}
