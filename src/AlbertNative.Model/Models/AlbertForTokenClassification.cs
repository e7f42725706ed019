using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>Sorts tokens into the configuration's labels: logits [tokens, labels].</summary>
public sealed class AlbertForTokenClassification : AlbertPerTokenModel
{
    private readonly LinearWeights _classifier;

    /// <summary>Makes the model of any weights, which must outlive it.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The weights are not those of the configuration.</exception>
    public AlbertForTokenClassification(AlbertConfig config, WeightSource weights, ModelOptions? options = null)
        : base(config, AlbertArchitecture.AlbertForTokenClassification, weights, options)
    {
        _classifier = Tensors.Linear(TensorCatalogue.Classifier);
    }

    /// <inheritdoc/>
    public override int LogitCount => _classifier.Outputs;

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The directory holds no ALBERT that fits; names every fault.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static AlbertForTokenClassification Load(string path, ModelOptions? options = null) =>
        Load(path, (config, weights) => new AlbertForTokenClassification(config, weights, options));

    internal override void RunHead(TeamThread thread, ForwardPass pass, Matrix states, ModelOutput output) =>
        TensorOps.Linear(thread, states, _classifier, ((LogitsOutput)output).Logits);
}
