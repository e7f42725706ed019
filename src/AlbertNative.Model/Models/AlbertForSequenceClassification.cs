namespace AlbertNative.Model;

/// <summary>
/// Sorts whole sequences into the configuration's labels: logits [sequences, labels], which mean what
/// <see cref="AlbertConfig.ProblemType"/> says.
/// </summary>
public sealed class AlbertForSequenceClassification : AlbertPooledModel
{
    /// <summary>Makes the model of any weights, which must outlive it.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The weights are not those of the configuration.</exception>
    public AlbertForSequenceClassification(AlbertConfig config, WeightSource weights, ModelOptions? options = null)
        : base(config, AlbertArchitecture.AlbertForSequenceClassification, weights, options)
    {
    }

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The directory holds no ALBERT that fits; names every fault.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static AlbertForSequenceClassification Load(string path, ModelOptions? options = null) =>
        Load(path, (config, weights) => new AlbertForSequenceClassification(config, weights, options));
}
