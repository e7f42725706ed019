namespace AlbertNative.Model;

/// <summary>
/// Scores the choices of a question, each a sequence of the batch: logits [sequences, 1], to be compared among the
/// sequences that belong together.
/// </summary>
public sealed class AlbertForMultipleChoice : AlbertPooledModel
{
    /// <summary>Makes the model of any weights, which must outlive it.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The weights are not those of the configuration.</exception>
    public AlbertForMultipleChoice(AlbertConfig config, WeightSource weights, ModelOptions? options = null)
        : base(config, AlbertArchitecture.AlbertForMultipleChoice, weights, options)
    {
    }

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The directory holds no ALBERT that fits; names every fault.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static AlbertForMultipleChoice Load(string path, ModelOptions? options = null) =>
        Load(path, (config, weights) => new AlbertForMultipleChoice(config, weights, options));
}
