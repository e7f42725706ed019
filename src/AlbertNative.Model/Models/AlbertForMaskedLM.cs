using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>Scores every word of the vocabulary for each token: logits [tokens, vocabulary].</summary>
public sealed class AlbertForMaskedLM : AlbertPerTokenModel
{
    private readonly PredictionHead _predictions;

    /// <summary>Makes the model of any weights, which must outlive it.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The weights are not those of the configuration.</exception>
    public AlbertForMaskedLM(AlbertConfig config, WeightSource weights, ModelOptions? options = null)
        : base(config, AlbertArchitecture.AlbertForMaskedLM, weights, options)
    {
        _predictions = new PredictionHead(config, Tensors);
    }

    /// <inheritdoc/>
    public override int LogitCount => Config.VocabularySize;

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The directory holds no ALBERT that fits; names every fault.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static AlbertForMaskedLM Load(string path, ModelOptions? options = null) =>
        Load(path, (config, weights) => new AlbertForMaskedLM(config, weights, options));

    internal override void RunHead(TeamThread thread, ForwardPass pass, Matrix states, ModelOutput output) =>
        _predictions.Run(thread, pass, states, ((LogitsOutput)output).Logits);
}
