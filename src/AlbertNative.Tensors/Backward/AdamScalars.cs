namespace AlbertNative.Tensors;

/// <summary>What one AdamW update multiplies its elements with, from the hyper-parameters in double precision.</summary>
public readonly record struct AdamScalars
{
    /// <summary>The scalars of an update.</summary>
    /// <param name="learningRate">The update's learning rate.</param>
    /// <param name="beta1">The decay of the first moment.</param>
    /// <param name="beta2">The decay of the second moment.</param>
    /// <param name="epsilon">What is added to the root of the second moment.</param>
    /// <param name="weightDecay">λ of the decoupled decay.</param>
    /// <param name="update">The update's number, from 1 on; moments are corrected for it.</param>
    /// <param name="correctBias">Whether moments are corrected for having begun at zero; Google's BERT and ALBERT do not.</param>
    /// <param name="gradientFactor">What gradients are multiplied with first, to clip them.</param>
    public AdamScalars(
        double learningRate, double beta1, double beta2, double epsilon, double weightDecay, long update, bool correctBias,
        double gradientFactor)
    {
        Decay = (float)(1 - (learningRate * weightDecay));
        OneMinusBeta1 = (float)(1 - beta1);
        Beta2 = (float)beta2;
        OneMinusBeta2 = (float)(1 - beta2);
        StepSize = (float)(correctBias ? learningRate / (1 - Math.Pow(beta1, update)) : learningRate);
        RootOfCorrection2 = (float)(correctBias ? Math.Sqrt(1 - Math.Pow(beta2, update)) : 1);
        Epsilon = (float)epsilon;
        GradientFactor = (float)gradientFactor;
    }

    internal float Decay { get; }

    internal float OneMinusBeta1 { get; }

    internal float Beta2 { get; }

    internal float OneMinusBeta2 { get; }

    internal float StepSize { get; }

    internal float RootOfCorrection2 { get; }

    internal float Epsilon { get; }

    internal float GradientFactor { get; }
}
