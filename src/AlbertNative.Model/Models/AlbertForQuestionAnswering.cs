using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// Scores each token as an answer's first (column <see cref="Start"/>) and last one (column <see cref="End"/>): logits
/// [tokens, 2].
/// </summary>
public sealed class AlbertForQuestionAnswering : AlbertPerTokenModel
{
    /// <summary>The column of the logits that scores a token as an answer's first.</summary>
    public const int Start = 0;

    /// <summary>The column of the logits that scores a token as an answer's last.</summary>
    public const int End = 1;

    private readonly LinearWeights _answer;

    /// <summary>Makes the model of any weights, which must outlive it.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The weights are not those of the configuration.</exception>
    public AlbertForQuestionAnswering(AlbertConfig config, WeightSource weights, ModelOptions? options = null)
        : base(config, AlbertArchitecture.AlbertForQuestionAnswering, weights, options)
    {
        _answer = Tensors.Linear(TensorCatalogue.Answer);
    }

    /// <inheritdoc/>
    public override int LogitCount => _answer.Outputs;

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The directory holds no ALBERT that fits; names every fault.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static AlbertForQuestionAnswering Load(string path, ModelOptions? options = null) =>
        Load(path, (config, weights) => new AlbertForQuestionAnswering(config, weights, options));

    internal override void RunHead(TeamThread thread, ForwardPass pass, Matrix states, ModelOutput output) =>
        TensorOps.Linear(thread, states, _answer, ((LogitsOutput)output).Logits);
}
