namespace AlbertNative.Model;

/// <summary>
/// Where a trainable model's first values come from: the source, or for what it does not have, as transformers begins:
/// weights normal with <c>initializer_range</c>, biases 0, LayerNorms 1 and 0; a CRF's transitions 0.
/// </summary>
internal sealed class ParameterInitializer(ModelConfig config, WeightSource? source, long seed)
{
    private readonly NamedTensors? _tensors = source is null ? null : NamedTensors.Match(source, config);

    /// <summary>Whether a class's tensor is no parameter of this model: the projection that the source's embeddings do without.</summary>
    public bool LeavesOut(string name)
    {
        Family family = Family.Of(config.Family);
        return _tensors is { HasProjection: false } && family.EmbeddingProjection is string projection
            && (name == TensorCatalogue.Weight(projection) || name == TensorCatalogue.Bias(projection));
    }

    /// <summary>Sets all values; returns the names of those that begin at random.</summary>
    public IReadOnlyList<string> Fill(ParameterSet parameters)
    {
        List<string> missing = [];
        foreach (TrainableParameter parameter in parameters.Layout.Parameters)
        {
            Span<float> values = parameters.Values.Values.Slice(parameter.Offset, parameter.Length);
            if (_tensors is not null && _tensors.Has(parameter.Name) && _tensors[parameter.Name].Shape.SequenceEqual(parameter.Shape))
            {
                _tensors[parameter.Name].CopyTo(0, values);
                continue;
            }
            missing.Add(parameter.Name);
            Begin(parameter, values);
        }
        return missing;
    }

    private void Begin(TrainableParameter parameter, Span<float> values)
    {
        bool norm = parameter.Name.Contains("norm", StringComparison.OrdinalIgnoreCase);
        // Before anything is learnt, no transition is likelier than another.
        if (parameter.Name.EndsWith("bias", StringComparison.Ordinal) || parameter.Name is CrfTransitions.StartName or CrfTransitions.BetweenName or CrfTransitions.EndName)
        {
            values.Clear();
        }
        else if (norm)
        {
            values.Fill(1);
        }
        else
        {
            new CounterRandom(seed, RandomPurpose.Initialization, CounterRandom.Hash(parameter.Name)).FillNormal(values, config.InitializerRange);
            // Nothing is ever looked up in the row of the padding token; transformers begins it at zero.
            if (parameter.Name == Family.Of(config.Family).WordEmbeddings && config.PadTokenId is int pad)
                values.Slice(pad * (int)parameter.Shape[1], (int)parameter.Shape[1]).Clear();
        }
    }
}
