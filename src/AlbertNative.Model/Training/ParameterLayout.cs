using System.Collections.Immutable;

namespace AlbertNative.Model;

/// <summary>The parts of a model, from its input to its output.</summary>
public enum ModelPart
{
    /// <summary>The tables of words, positions and types, and their norm.</summary>
    Embeddings,

    /// <summary>The projection to the hidden size, and the layers.</summary>
    Encoder,

    /// <summary>What stands on the encoder, the pooler among it.</summary>
    Head,
}

/// <summary>One named parameter of a trainable model.</summary>
/// <param name="Name">Hugging Face's name.</param>
/// <param name="Shape">The dimensions, a linear layer's weight being [out, in].</param>
/// <param name="Offset">Where it lies in each block of the model, in floats.</param>
/// <param name="Part">The part of the model that it is of.</param>
public sealed record TrainableParameter(string Name, ImmutableArray<long> Shape, int Offset, ModelPart Part)
{
    /// <summary>The number of elements.</summary>
    public int Length => checked((int)Shape.Aggregate(1L, (product, dimension) => product * dimension));

    /// <summary>
    /// Whether weight decay applies: to all but biases and the parameters of LayerNorms, as Hugging Face's Trainer groups them.
    /// </summary>
    public bool Decays =>
        !Name.EndsWith("bias", StringComparison.Ordinal) && !Name.Contains("norm", StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Where a trainable model's parameters lie: each begins on a cache line, but for query, key and value of a layer, which
/// follow each other so that they are one matrix. Parameters are listed in Hugging Face's order.
/// </summary>
public sealed class ParameterLayout
{
    private const int Line = 16;

    private readonly Dictionary<string, TrainableParameter> _byName;

    private ParameterLayout(List<TrainableParameter> parameters, int length)
    {
        Parameters = [.. parameters];
        Length = length;
        _byName = parameters.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
    }

    /// <summary>All parameters.</summary>
    public ImmutableArray<TrainableParameter> Parameters { get; }

    /// <summary>The floats of a block, the gaps between parameters included.</summary>
    public int Length { get; }

    /// <summary>A parameter by its name.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter.</exception>
    public TrainableParameter this[string name] => _byName[name];

    /// <summary>A parameter by its name; false where there is none.</summary>
    public bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TrainableParameter? parameter) =>
        _byName.TryGetValue(name, out parameter);

    /// <summary>The layout of a class's tensors, but for those left out.</summary>
    internal static ParameterLayout Of(ModelConfig config, ModelArchitecture architecture, Predicate<string> leavesOut)
    {
        Dictionary<string, (string First, int Place)> fused = Fused(config);
        List<TrainableParameter> parameters = [];
        Dictionary<string, int> starts = new(StringComparer.Ordinal);
        long next = 0;
        foreach (ExpectedTensor tensor in TensorCatalogue.Expected(config, architecture))
        {
            // A copy is the tensor that it is tied to: of a decoder's weight one that is there already, of its bias another name.
            string name = tensor.IsCopy ? tensor.OtherName! : tensor.Name;
            if (leavesOut(name) || parameters.Exists(parameter => parameter.Name == name))
                continue;
            long offset = next;
            if (fused.TryGetValue(name, out (string First, int Place) place))
            {
                if (place.Place == 0)
                {
                    starts[name] = checked((int)next);
                    next += Padded(3 * tensor.ElementCount);
                }
                offset = starts[place.First] + (place.Place * tensor.ElementCount);
            }
            else
            {
                next += Padded(tensor.ElementCount);
            }
            if (next > Array.MaxLength - Line)
                throw new NotSupportedException("the model has too many parameters to be trained: they must fit into one array");
            parameters.Add(new TrainableParameter(name, tensor.Shape, (int)offset, PartOf(Family.Of(config.Family), name)));
        }
        return new ParameterLayout(parameters, checked((int)next));
    }

    private static ModelPart PartOf(Family family, string name) =>
        name.StartsWith(family.Embeddings + ".", StringComparison.Ordinal) ? ModelPart.Embeddings
        : name.StartsWith(family.BasePrefix, StringComparison.Ordinal) && !name.StartsWith(family.Pooler + ".", StringComparison.Ordinal) ? ModelPart.Encoder
        : ModelPart.Head;

    private static long Padded(long count) => (count + Line - 1) / Line * Line;

    /// <summary>Query, key and value, weights and biases, with the first of their three and their place among them.</summary>
    private static Dictionary<string, (string First, int Place)> Fused(ModelConfig config)
    {
        Dictionary<string, (string, int)> fused = new(StringComparer.Ordinal);
        Family family = Family.Of(config.Family);
        for (int group = 0; group < config.GroupCount; group++)
        {
            for (int inner = 0; inner < config.InnerGroupCount; inner++)
            {
                string prefix = family.LayerPrefix(group, inner) + ".";
                string[] modules = [prefix + family.Layer.Query, prefix + family.Layer.Key, prefix + family.Layer.Value];
                for (int i = 0; i < modules.Length; i++)
                {
                    fused[TensorCatalogue.Weight(modules[i])] = (TensorCatalogue.Weight(modules[0]), i);
                    fused[TensorCatalogue.Bias(modules[i])] = (TensorCatalogue.Bias(modules[0]), i);
                }
            }
        }
        return fused;
    }
}
