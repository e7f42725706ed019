using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>Makes the class that a checkpoint names, or that is known only when the program runs.</summary>
public static class AlbertAutoModel
{
    /// <summary>Loads a model as the class that its configuration names first, or as another one.</summary>
    /// <param name="path">Whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</param>
    /// <param name="architecture">The class; null for the configuration's, which is <see cref="AlbertArchitecture.AlbertModel"/> where it names none.</param>
    /// <param name="options">How the model computes.</param>
    /// <exception cref="CheckpointFormatException">
    /// The directory holds no ALBERT that fits, or its configuration names a class that is not one of ALBERT's.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static AlbertPreTrainedModel Load(string path, AlbertArchitecture? architecture = null, ModelOptions? options = null) =>
        AlbertPreTrainedModel.Load(
            path, (config, weights) => Create(architecture ?? DefaultOf(config, path), config, weights, options));

    /// <summary>Makes a class of any weights, which must outlive it.</summary>
    /// <exception cref="CheckpointFormatException">The weights are not those of the configuration and the class.</exception>
    public static AlbertPreTrainedModel Create(
        AlbertArchitecture architecture, AlbertConfig config, WeightSource weights, ModelOptions? options = null) =>
        architecture switch
        {
            AlbertArchitecture.AlbertModel => new AlbertModel(config, weights, options),
            AlbertArchitecture.AlbertForPreTraining => new AlbertForPreTraining(config, weights, options),
            AlbertArchitecture.AlbertForMaskedLM => new AlbertForMaskedLM(config, weights, options),
            AlbertArchitecture.AlbertForSequenceClassification => new AlbertForSequenceClassification(config, weights, options),
            AlbertArchitecture.AlbertForTokenClassification => new AlbertForTokenClassification(config, weights, options),
            AlbertArchitecture.AlbertForQuestionAnswering => new AlbertForQuestionAnswering(config, weights, options),
            AlbertArchitecture.AlbertForMultipleChoice => new AlbertForMultipleChoice(config, weights, options),
            _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture, "not an ALBERT class"),
        };

    private static AlbertArchitecture DefaultOf(AlbertConfig config, string path)
    {
        try
        {
            return config.DefaultArchitecture;
        }
        catch (NotSupportedException e)
        {
            throw new CheckpointFormatException(path, e.Message, e);
        }
    }
}
