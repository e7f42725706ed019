using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>
/// A source's tensors matched with what a class computes with: each expected name has its tensor, what the
/// class does not use is listed, and whatever does not fit has been reported, all of it at once.
/// </summary>
internal sealed class ResolvedWeights
{
    private readonly Dictionary<string, WeightTensor> _tensors = new(StringComparer.Ordinal);

    private ResolvedWeights(IReadOnlyList<string> skipped) => Skipped = skipped;

    /// <summary>Names, as the source spells them, of tensors that other heads would use, and of buffers.</summary>
    public IReadOnlyList<string> Skipped { get; }

    /// <summary>True where weights are stored in 8 bits.</summary>
    public bool AreQuantized => _tensors.Values.Any(tensor => tensor is QuantizedTensor);

    /// <summary>The tensor of an expected name.</summary>
    public WeightTensor this[string name] => _tensors[name];

    /// <summary>True where the source holds the tensor; false only for tensors that are not required.</summary>
    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>Matches every tensor of <paramref name="source"/>.</summary>
    /// <exception cref="CheckpointFormatException">Names all tensors that are missing, unknown, misshapen, doubled or untied.</exception>
    public static ResolvedWeights Resolve(WeightSource source, AlbertConfig config, AlbertArchitecture architecture)
    {
        List<string> faults = [];
        Dictionary<string, WeightTensor> named = ByCanonicalName(source, faults);
        List<string> used = [];
        Dictionary<string, WeightTensor> found = new(StringComparer.Ordinal);
        IReadOnlyList<ExpectedTensor> expected = TensorCatalogue.Expected(config, architecture);
        bool anyOptional = expected.Any(tensor => !tensor.Required && named.ContainsKey(tensor.Name));
        foreach (ExpectedTensor tensor in expected)
        {
            used.Add(tensor.Name);
            used.AddRange(tensor.TiedNames);
            if (Find(tensor, named, tensor.Required || anyOptional, faults) is { } match)
                found.Add(tensor.Name, match);
        }
        List<string> skipped = Unused(named, used, faults);
        if (faults.Count > 0)
        {
            throw new CheckpointFormatException(source.Name,
                $"does not hold the weights of {architecture} ({faults.Count} faults):\n  " + string.Join("\n  ", faults));
        }
        ResolvedWeights resolved = new(skipped);
        foreach ((string name, WeightTensor tensor) in found)
            resolved._tensors.Add(name, tensor);
        return resolved;
    }

    private static Dictionary<string, WeightTensor> ByCanonicalName(WeightSource source, List<string> faults)
    {
        Dictionary<string, WeightTensor> named = new(StringComparer.Ordinal);
        foreach (WeightTensor tensor in source.Tensors)
        {
            string name = TensorNames.Canonical(tensor.Name);
            if (!named.TryAdd(name, tensor))
                faults.Add($"doubled: {tensor.Name} and {named[name].Name} are both {name}");
        }
        return named;
    }

    /// <summary>Finds a tensor under any of its tied names, checks each copy and compares them.</summary>
    private static WeightTensor? Find(
        ExpectedTensor expected, Dictionary<string, WeightTensor> named, bool required, List<string> faults)
    {
        WeightTensor? match = null;
        bool present = false;
        foreach (string name in (ReadOnlySpan<string>)[expected.Name, .. expected.TiedNames])
        {
            if (!named.TryGetValue(name, out WeightTensor? candidate))
                continue;
            present = true;
            if (!Fits(candidate, expected, faults))
                continue;
            if (match is null)
                match = candidate;
            else if (FirstDifference(match, candidate) is long at)
                faults.Add($"untied: {match.Name} and {candidate.Name} must be equal, and differ at element {at}");
        }
        if (!present && required)
            faults.Add($"missing: {Spellings(expected)}, expected {Shape(expected.Shape.AsSpan())}");
        return match;
    }

    private static bool Fits(WeightTensor tensor, ExpectedTensor expected, List<string> faults)
    {
        if (!tensor.Shape.AsSpan().SequenceEqual(expected.Shape.AsSpan()))
        {
            faults.Add($"misshapen: {tensor.Name} is {Shape(tensor.Shape.AsSpan())}, expected {Shape(expected.Shape.AsSpan())}");
            return false;
        }
        if (tensor is QuantizedTensor quantized)
        {
            if (quantized.Fault() is not string fault)
                return true;
            faults.Add($"misquantized: {fault}");
            return false;
        }
        if (!tensor.Type.IsFloatingPoint)
        {
            faults.Add($"mistyped: {tensor.Name} is {tensor.Type}, expected a floating-point type" +
                (tensor.Type == TensorType.I8 ? $" or a {tensor.Name}{QuantizedTensor.ScaleSuffix} beside it" : ""));
            return false;
        }
        return true;
    }

    private static List<string> Unused(Dictionary<string, WeightTensor> named, List<string> used, List<string> faults)
    {
        List<string> skipped = [];
        HashSet<string> usedNames = new(used, StringComparer.Ordinal);
        foreach ((string name, WeightTensor tensor) in named)
        {
            if (usedNames.Contains(name))
                continue;
            if (TensorCatalogue.IsOptionalPart(name))
                skipped.Add(tensor.Name);
            else
                faults.Add($"unknown: {tensor.Name} {Shape(tensor.Shape.AsSpan())}, expected no such tensor");
        }
        skipped.Sort(StringComparer.Ordinal);
        return skipped;
    }

    internal static long? FirstDifference(WeightTensor a, WeightTensor b)
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

    private static string Spellings(ExpectedTensor tensor) => string.Join(" or ", tensor.TiedNames.Insert(0, tensor.Name));

    private static string Shape(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
