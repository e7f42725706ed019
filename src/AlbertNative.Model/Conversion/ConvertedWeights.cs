using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>
/// A model's weights as they are written: under the names that transformers gives them, each once, in the wanted
/// form. All heads are kept, also those that the configuration's class does not use.
/// </summary>
public sealed class ConvertedWeights
{
    private readonly string _source;
    private readonly Family _family;
    private readonly WeightStorage _storage;
    private readonly HashSet<string> _quantized;
    private readonly SortedDictionary<string, WeightTensor> _weights = new(StringComparer.Ordinal);
    private readonly List<DroppedTensor> _dropped = [];

    private ConvertedWeights(NamedTensors tensors, WeightStorage storage, NamedTensors? encoder)
    {
        _source = tensors.Source;
        _family = tensors.Family;
        _storage = storage;
        _quantized = storage == WeightStorage.Int8 ? QuantizedNames(tensors.Config) : [];
        Architectures = tensors.Architectures;
        foreach ((string name, WeightTensor tensor) in tensors.All.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Take(name, tensor);
        DropTied(tensors.Config);
        if (encoder is not null)
            LeaveOut(encoder);
    }

    /// <summary>The tensors, in the order of their names.</summary>
    public IReadOnlyList<ConvertedTensor> Tensors => [.. _weights.SelectMany(weight => Describe(weight.Key, weight.Value))];

    /// <summary>The source's tensors that are not among them.</summary>
    public IReadOnlyList<DroppedTensor> Dropped => [.. _dropped.OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];

    /// <summary>The classes that can be loaded of the weights.</summary>
    public IReadOnlyList<ModelArchitecture> Architectures { get; }

    /// <summary>Matches weights with a configuration. Nothing is written, and of the elements only tied ones are read.</summary>
    /// <param name="source">The weights, which must stay open.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="storage">How to store them.</param>
    /// <param name="encoder">Weights that are there already: tensors with the same elements are not written again. Null for none.</param>
    /// <exception cref="CheckpointFormatException">
    /// The weights are not those of a model with this configuration, and names every fault; or those of the encoder are not the model's.
    /// </exception>
    public static ConvertedWeights Plan(WeightSource source, ModelConfig config, WeightStorage storage, WeightSource? encoder = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(config);
        return new ConvertedWeights(NamedTensors.Match(source, config), storage, encoder is null ? null : NamedTensors.Match(encoder, config));
    }

    /// <summary>
    /// Announces the tensors to a writer, which reads the source when it is saved, and then throws a
    /// <see cref="CheckpointFormatException"/> where an element cannot be stored.
    /// </summary>
    public void AddTo(SafetensorsWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach ((string name, WeightTensor weight) in _weights)
        {
            foreach (ConvertedTensor tensor in Describe(name, weight))
                writer.Add(tensor.Name, tensor.Type, tensor.Shape.AsSpan(), stream => Write(stream, name, tensor, weight));
        }
    }

    /// <summary>Reads every element as for writing, and writes nothing.</summary>
    /// <param name="cancellationToken">Looked at between tensors.</param>
    /// <exception cref="CheckpointFormatException">An element cannot be stored; names the tensor.</exception>
    public void Check(CancellationToken cancellationToken = default)
    {
        foreach ((string name, WeightTensor weight) in _weights)
        {
            foreach (ConvertedTensor tensor in Describe(name, weight))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Write(Stream.Null, name, tensor, weight);
            }
        }
    }

    private static HashSet<string> QuantizedNames(ModelConfig config)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int group = 0; group < config.GroupCount; group++)
        {
            for (int inner = 0; inner < config.InnerGroupCount; inner++)
            {
                foreach (string module in LayerWeights.ReducibleModules(Family.Of(config.Family), group, inner))
                    names.Add(TensorCatalogue.Weight(module));
            }
        }
        return names;
    }

    private void Take(string name, WeightTensor tensor)
    {
        if (TensorCatalogue.IsBuffer(_family, name))
        {
            _dropped.Add(new(tensor.Name, "a buffer, not a weight"));
            return;
        }
        if (!tensor.Type.IsFloatingPoint && tensor is not QuantizedTensor)
            throw new CheckpointFormatException(_source, $"mistyped: {tensor.Name} is {tensor.Type}, expected a floating-point type");
        _weights.Add(name, tensor);
    }

    /// <summary>Of tied tensors one is kept, under the name that transformers keeps; a decoder that differs is no copy, and stays.</summary>
    private void DropTied(ModelConfig config)
    {
        if (!config.TiesWordEmbeddings)
            return;
        foreach ((string kept, string copy) in TensorCatalogue.Ties(_family))
        {
            if (!_weights.TryGetValue(copy, out WeightTensor? tensor))
                continue;
            if (_weights.TryAdd(kept, tensor))
            {
                _weights.Remove(copy);
                continue;
            }
            if (!tensor.Shape.AsSpan().SequenceEqual(_weights[kept].Shape.AsSpan()) || NamedTensors.FirstDifference(tensor, _weights[kept]) is not null)
                continue;
            _weights.Remove(copy);
            _dropped.Add(new(tensor.Name, $"tied to {kept}"));
        }
    }

    /// <summary>What another file holds with the same elements stays there.</summary>
    private void LeaveOut(NamedTensors encoder)
    {
        int before = _weights.Count;
        foreach ((string name, WeightTensor tensor) in _weights.ToArray())
        {
            if (!encoder.Has(name) || !tensor.Shape.AsSpan().SequenceEqual(encoder[name].Shape.AsSpan())
                || NamedTensors.FirstDifference(tensor, encoder[name]) is not null)
            {
                continue;
            }
            _weights.Remove(name);
            _dropped.Add(new(tensor.Name, $"the same in {Path.GetFileName(encoder.Source)}"));
        }
        if (_weights.Count == before)
            throw new CheckpointFormatException(_source, $"shares no tensor with {encoder.Source}: it was not trained on that encoder, or not with the encoder frozen");
    }

    private bool IsQuantized(string name, WeightTensor weight) =>
        _storage == WeightStorage.Int8All ? weight.Shape.Length == 2 : _quantized.Contains(name);

    private ConvertedTensor[] Describe(string name, WeightTensor weight) => IsQuantized(name, weight)
        ? [new(name, TensorType.I8, weight.Shape), new(name + QuantizedTensor.ScaleSuffix, TensorType.F32, [weight.Shape[0]])]
        : [new(name, FloatType(name, weight), weight.Shape)];

    private TensorType FloatType(string name, WeightTensor weight) => _storage switch
    {
        WeightStorage.Float16 when weight.Shape.Length > 1 => TensorType.F16,
        WeightStorage.Int8 when name == _family.WordEmbeddings => TensorType.F16,
        WeightStorage.Source when weight.Type.IsFloatingPoint => weight.Type,
        _ => TensorType.F32,
    };

    private void Write(Stream stream, string name, ConvertedTensor tensor, WeightTensor weight)
    {
        if (tensor.Type == TensorType.I8)
            TensorWriting.WriteCodes(stream, weight, _source);
        else if (IsQuantized(name, weight))
            TensorWriting.WriteScales(stream, weight, _source);
        else
            TensorWriting.WriteFloats(stream, weight, tensor.Type, _source);
    }
}
