using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>
/// A source's tensors under the names that the family gives them, each matched once: the encoder's are checked when a model
/// is opened, a head's when the head is made. Whatever does not fit is reported, all of it at once.
/// </summary>
internal sealed class NamedTensors
{
    private readonly Dictionary<string, WeightTensor> _tensors;
    private IReadOnlyList<ModelArchitecture>? _architectures;

    private NamedTensors(string source, ModelConfig config, Family family, Dictionary<string, WeightTensor> tensors)
    {
        Source = source;
        Config = config;
        Family = family;
        _tensors = tensors;
    }

    /// <summary>What the tensors come from.</summary>
    public string Source { get; }

    public ModelConfig Config { get; }

    public Family Family { get; }

    /// <summary>True where weights are stored in 8 bits.</summary>
    public bool AreQuantized => _tensors.Values.Any(tensor => tensor is QuantizedTensor);

    /// <summary>True where the embeddings are projected to the hidden size.</summary>
    public bool HasProjection => Family.EmbeddingProjection is string module && Has(TensorCatalogue.Weight(module));

    /// <summary>The classes whose tensors are all there, and fit; found out when somebody asks first.</summary>
    public IReadOnlyList<ModelArchitecture> Architectures => _architectures ??= [.. Family.Architectures.Where(
        architecture => Faults(TensorCatalogue.Head(Config, architecture)).Count == 0)];

    /// <summary>The tensor of an expected name, or the one that it is tied to.</summary>
    /// <exception cref="KeyNotFoundException">It has not been required, and is not there.</exception>
    public WeightTensor this[string name] => Find(name) ?? throw new KeyNotFoundException(name);

    /// <summary>True where the source holds the tensor.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Matches the tensors of <paramref name="source"/> with a configuration, and checks those of the encoder.</summary>
    /// <exception cref="CheckpointFormatException">Names all tensors that are missing, unknown, misshapen or doubled.</exception>
    public static NamedTensors Match(WeightSource source, ModelConfig config)
    {
        List<string> faults = [];
        Family family = Family.Of(config.Family);
        List<ExpectedTensor> encoder = TensorCatalogue.Encoder(config);
        NamedTensors tensors = new(source.Name, config, family, ByCanonicalName(source, family, faults));
        faults.AddRange(tensors.Faults(encoder));
        faults.AddRange(tensors.Unknown(encoder));
        return faults.Count == 0
            ? tensors
            : throw new CheckpointFormatException(source.Name, Refusal(family.ClassName(ModelArchitecture.Model), faults));
    }

    /// <summary>Checks that the source holds all that a class has beside the encoder.</summary>
    /// <exception cref="CheckpointFormatException">Names all tensors that are missing or misshapen, and what the model is instead.</exception>
    public void Require(ModelArchitecture architecture)
    {
        List<string> faults = Faults(TensorCatalogue.Head(Config, architecture));
        if (faults.Count > 0)
            throw new CheckpointFormatException(Source, Refusal(Family.ClassName(architecture), faults) + Instead());
    }

    /// <summary>Names, as the source spells them, of tensors that a class does not use: other heads' weights, and buffers.</summary>
    public IReadOnlyList<string> Unused(ModelArchitecture architecture)
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        foreach (ExpectedTensor tensor in TensorCatalogue.Expected(Config, architecture))
        {
            used.Add(tensor.Name);
            if (tensor.OtherName is string other)
                used.Add(other);
        }
        return [.. _tensors.Where(pair => !used.Contains(pair.Key)).Select(pair => pair.Value.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Replaces what is read later on, the word embeddings and the heads, by copies in memory, and forgets the layers, which
    /// are packed: the source may then be closed.
    /// </summary>
    public void CopyToMemory(CancellationToken cancellationToken)
    {
        string layers = Family.LayerFormat[..Family.LayerFormat.IndexOf('{', StringComparison.Ordinal)];
        foreach ((string name, WeightTensor tensor) in _tensors.ToArray())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (name.StartsWith(layers, StringComparison.Ordinal) || TensorCatalogue.IsBuffer(Family, name))
                _tensors.Remove(name);
            else
                _tensors[name] = new CopiedTensor(tensor);
        }
    }

    /// <summary>Every tensor under its canonical name.</summary>
    public IReadOnlyDictionary<string, WeightTensor> All => _tensors;

    /// <summary>The first element in which two tensors of a shape differ; null where none does.</summary>
    public static long? FirstDifference(WeightTensor a, WeightTensor b)
    {
        // Compared by bits, so that equal NaNs are equal, and in pieces that stay in cache.
        float[] left = new float[4096];
        float[] right = new float[4096];
        long count = a.ElementCount;
        for (long start = 0; start < count; start += left.Length)
        {
            int length = (int)Math.Min(left.Length, count - start);
            a.CopyTo(start, left.AsSpan(0, length));
            b.CopyTo(start, right.AsSpan(0, length));
            int same = MemoryMarshal.Cast<float, int>(left.AsSpan(0, length))
                .CommonPrefixLength(MemoryMarshal.Cast<float, int>(right.AsSpan(0, length)));
            if (same < length)
                return start + same;
        }
        return null;
    }

    private static Dictionary<string, WeightTensor> ByCanonicalName(WeightSource source, Family family, List<string> faults)
    {
        Dictionary<string, WeightTensor> named = new(StringComparer.Ordinal);
        foreach (WeightTensor tensor in source.Tensors)
        {
            string name = CanonicalName.Of(tensor.Name, family);
            if (!named.TryAdd(name, tensor))
                faults.Add($"doubled: {tensor.Name} and {named[name].Name} are both {name}");
        }
        return named;
    }

    private WeightTensor? Find(string name) =>
        _tensors.GetValueOrDefault(name)
        ?? (TensorCatalogue.TiedName(Config, name) is string other ? _tensors.GetValueOrDefault(other) : null);

    private List<string> Faults(List<ExpectedTensor> expected)
    {
        List<string> faults = [];
        // What is not required may be left out as a whole only.
        bool anyOptional = expected.Any(tensor => !tensor.Required && Has(tensor.Name));
        foreach (ExpectedTensor tensor in expected)
        {
            if (Find(tensor.Name) is WeightTensor found)
            {
                if (Fault(found, tensor) is string fault)
                    faults.Add(fault);
            }
            else if ((tensor.Required || anyOptional) && !IsIdentity(tensor))
            {
                faults.Add($"missing: {Spellings(tensor)}, expected {Shape(tensor.Shape.AsSpan())}");
            }
        }
        return faults;
    }

    /// <summary>A projection to the embeddings' own size may be absent: Google's checkpoints then have none.</summary>
    private bool IsIdentity(ExpectedTensor tensor) =>
        Family.EmbeddingProjection is string projection && Config.EmbeddingSize == Config.HiddenSize
        && (tensor.Name == TensorCatalogue.Weight(projection) || tensor.Name == TensorCatalogue.Bias(projection))
        && !_tensors.ContainsKey(TensorCatalogue.Weight(projection)) && !_tensors.ContainsKey(TensorCatalogue.Bias(projection));

    private static string? Fault(WeightTensor tensor, ExpectedTensor expected)
    {
        if (!tensor.Shape.AsSpan().SequenceEqual(expected.Shape.AsSpan()))
            return $"misshapen: {tensor.Name} is {Shape(tensor.Shape.AsSpan())}, expected {Shape(expected.Shape.AsSpan())}";
        if (tensor is QuantizedTensor quantized)
            return quantized.Fault() is string fault ? $"misquantized: {fault}" : null;
        if (tensor.Type.IsFloatingPoint)
            return null;
        return $"mistyped: {tensor.Name} is {tensor.Type}, expected a floating-point type" +
            (tensor.Type == TensorType.I8 ? $" or a {tensor.Name}{QuantizedTensor.ScaleSuffix} beside it" : "");
    }

    /// <summary>Tensors that no class of the family has: a sign of another model, or of another configuration.</summary>
    private IEnumerable<string> Unknown(List<ExpectedTensor> encoder)
    {
        HashSet<string> known = new(encoder.Select(tensor => tensor.Name), StringComparer.Ordinal);
        foreach ((string name, WeightTensor tensor) in _tensors)
        {
            if (!known.Contains(name) && !TensorCatalogue.IsOptionalPart(Family, name))
                yield return $"unknown: {tensor.Name} {Shape(tensor.Shape.AsSpan())}, expected no such tensor";
        }
    }

    /// <summary>What a reader can do about a head that is not there.</summary>
    private string Instead()
    {
        List<string> classes = [.. Architectures.Where(architecture => architecture != ModelArchitecture.Model).Select(Family.ClassName)];
        return classes.Count > 0
            ? $"\nThis model is {string.Join(", ", classes)}; albert train makes other heads."
            : "\nThis model has no head: it gives hidden states and embeddings; albert train makes heads.";
    }

    private static string Refusal(string className, List<string> faults) =>
        $"does not hold the weights of {className} ({faults.Count} faults):\n  " + string.Join("\n  ", faults);

    private static string Spellings(ExpectedTensor tensor) =>
        tensor.OtherName is string other ? $"{tensor.Name} or {other}" : tensor.Name;

    private static string Shape(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
