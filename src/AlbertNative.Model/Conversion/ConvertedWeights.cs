using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>
/// A model's weights as they are written: under the names that transformers gives them, each once, in the wanted
/// form. All heads are kept, also those that the configuration's class does not use.
/// </summary>
public sealed class ConvertedWeights
{
    private static readonly Dictionary<string, string> TiedNames = new(StringComparer.Ordinal)
    {
        [TensorCatalogue.DecoderWeight] = TensorCatalogue.WordEmbeddings,
        [TensorCatalogue.DecoderBias] = TensorCatalogue.PredictionBias,
    };

    private readonly string _source;
    private readonly WeightStorage _storage;
    private readonly HashSet<string> _quantized;
    private readonly SortedDictionary<string, WeightTensor> _weights = new(StringComparer.Ordinal);
    private readonly List<DroppedTensor> _dropped = [];

    private ConvertedWeights(WeightSource source, AlbertConfig config, WeightStorage storage)
    {
        _source = source.Name;
        _storage = storage;
        _quantized = storage == WeightStorage.Int8 ? QuantizedNames(config) : [];
        foreach (WeightTensor tensor in source.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
            Take(tensor);
    }

    /// <summary>The tensors, in the order of their names.</summary>
    public IReadOnlyList<ConvertedTensor> Tensors => [.. _weights.SelectMany(weight => Describe(weight.Key, weight.Value))];

    /// <summary>The source's tensors that are not among them.</summary>
    public IReadOnlyList<DroppedTensor> Dropped => _dropped;

    /// <summary>The classes that can be loaded of the weights.</summary>
    public required IReadOnlyList<AlbertArchitecture> Architectures { get; init; }

    /// <summary>Matches weights with a configuration. Nothing is written, and of the elements only tied ones are read.</summary>
    /// <param name="source">The weights, which must stay open.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="storage">How to store them.</param>
    /// <exception cref="CheckpointFormatException">The weights are not those of an ALBERT with this configuration; names every fault.</exception>
    public static ConvertedWeights Plan(WeightSource source, AlbertConfig config, WeightStorage storage)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(config);
        // Every class has the encoder: where that is not there, this throws.
        _ = ResolvedWeights.Resolve(source, config, AlbertArchitecture.AlbertModel);
        List<AlbertArchitecture> architectures =
            [.. Enum.GetValues<AlbertArchitecture>().Where(architecture => CanLoad(source, config, architecture))];
        return new ConvertedWeights(source, config, storage) { Architectures = architectures };
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
                writer.Add(tensor.Name, tensor.Type, tensor.Shape.AsSpan(), stream => Write(stream, tensor, weight));
        }
    }

    /// <summary>Reads every element as for writing, and writes nothing.</summary>
    /// <param name="cancellation">Looked at between tensors.</param>
    /// <exception cref="CheckpointFormatException">An element cannot be stored; names the tensor.</exception>
    public void Check(CancellationToken cancellation = default)
    {
        foreach ((string name, WeightTensor weight) in _weights)
        {
            foreach (ConvertedTensor tensor in Describe(name, weight))
            {
                cancellation.ThrowIfCancellationRequested();
                Write(Stream.Null, tensor, weight);
            }
        }
    }

    private static bool CanLoad(WeightSource source, AlbertConfig config, AlbertArchitecture architecture)
    {
        try
        {
            _ = ResolvedWeights.Resolve(source, config, architecture);
            return true;
        }
        catch (CheckpointFormatException)
        {
            return false;
        }
    }

    private static HashSet<string> QuantizedNames(AlbertConfig config)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int group = 0; group < config.GroupCount; group++)
        {
            for (int inner = 0; inner < config.InnerGroupCount; inner++)
            {
                foreach (string module in AlbertLayerWeights.ReducibleModules(TensorCatalogue.LayerPrefix(group, inner)))
                    names.Add(TensorCatalogue.Weight(module));
            }
        }
        return names;
    }

    private void Take(WeightTensor tensor)
    {
        string name = TensorNames.Canonical(tensor.Name);
        if (TensorCatalogue.IsBuffer(name))
        {
            _dropped.Add(new(tensor.Name, "a buffer, not a weight"));
            return;
        }
        if (!tensor.Type.IsFloatingPoint && tensor is not QuantizedTensor)
            throw new CheckpointFormatException(_source, $"mistyped: {tensor.Name} is {tensor.Type}, expected a floating-point type");
        name = TiedNames.GetValueOrDefault(name, name);
        if (_weights.TryAdd(name, tensor))
            return;
        RequireTied(_weights[name], tensor);
        _dropped.Add(new(tensor.Name, $"tied to {name}"));
    }

    private void RequireTied(WeightTensor kept, WeightTensor copy)
    {
        if (!kept.Shape.AsSpan().SequenceEqual(copy.Shape.AsSpan()))
            throw new CheckpointFormatException(_source, $"untied: {kept.Name} and {copy.Name} must be equal, and differ in shape");
        if (ResolvedWeights.FirstDifference(kept, copy) is long at)
            throw new CheckpointFormatException(_source, $"untied: {kept.Name} and {copy.Name} must be equal, and differ at element {at}");
    }

    private ConvertedTensor[] Describe(string name, WeightTensor weight) => _quantized.Contains(name)
        ? [new(name, TensorType.I8, weight.Shape), new(name + QuantizedTensor.ScaleSuffix, TensorType.F32, [weight.Shape[0]])]
        : [new(name, FloatType(name, weight), weight.Shape)];

    private TensorType FloatType(string name, WeightTensor weight) => _storage switch
    {
        WeightStorage.Float16 when weight.Shape.Length > 1 => TensorType.F16,
        WeightStorage.Int8 when name == TensorCatalogue.WordEmbeddings => TensorType.F16,
        WeightStorage.Source when weight.Type.IsFloatingPoint => weight.Type,
        _ => TensorType.F32,
    };

    private void Write(Stream stream, ConvertedTensor tensor, WeightTensor weight)
    {
        if (tensor.Type == TensorType.I8)
            TensorWriting.WriteCodes(stream, weight, _source);
        else if (_quantized.Contains(TensorNames.Canonical(weight.Name)))
            TensorWriting.WriteScales(stream, weight, _source);
        else
            TensorWriting.WriteFloats(stream, weight, tensor.Type, _source);
    }
}
