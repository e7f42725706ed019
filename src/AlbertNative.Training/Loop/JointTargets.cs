using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>
/// A loss of all examples of an update together. Its gradient is exact in any division into micro-batches: all are computed
/// once for what the loss is of, and then, where they are several, once more for the backward pass.
/// </summary>
internal abstract class JointTargets
{
    /// <summary>Takes what the loss needs of a micro-batch after its forward pass; micro-batches come in their order.</summary>
    public abstract void Collect(TrainableModel model);

    /// <summary>The loss, when all micro-batches have been collected.</summary>
    public abstract double Solve();

    /// <summary>Replaces the scores of a micro-batch, again after its forward pass, by their gradient; micro-batches come in their order.</summary>
    public abstract void Apply(TrainableModel model);
}
