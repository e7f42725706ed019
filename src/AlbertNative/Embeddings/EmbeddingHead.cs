using System.Collections.Immutable;
using AlbertNative.Tensors;

namespace AlbertNative;

/// <summary>
/// What turns the encoder's rows of a text into its vector: the pooling, the modules that follow, and the cut to the
/// leading numbers.
/// </summary>
internal sealed class EmbeddingHead
{
    private readonly ImmutableArray<IVectorModule> _modules;
    private readonly bool _normalizes;
    private readonly int _fullDimension;

    /// <summary>Puts the options over what the files say.</summary>
    /// <exception cref="ArgumentException">The pooling that the options choose does not fit the modules.</exception>
    public EmbeddingHead(EmbeddingOptions options, SentenceTransformerModules? modules, SentenceTransformerConfig config, int hiddenSize)
    {
        Pooling = options.Pooling is Pooling pooling
            ? new([pooling], modules?.Pooling.IncludesPrompt ?? true)
            : modules?.Pooling ?? new([AlbertNative.Pooling.Mean]);
        _normalizes = options.Normalize ?? false;
        _modules = modules?.Vectors ?? [];
        if (options.Normalize is not null)
        {
            // What the files end with is then done last of all, or not at all.
            while (!_modules.IsEmpty && _modules[^1] is NormalizeModule)
                _modules = _modules.RemoveAt(_modules.Length - 1);
        }

        int size = Pooling.Modes.Length * hiddenSize;
        foreach (IVectorModule module in _modules)
        {
            if (module.InputSize is int input && input != size)
                throw new ArgumentException($"the model's Dense module takes vectors of {input}, the chosen pooling makes {size}");
            size = module.OutputSize ?? size;
        }
        _fullDimension = size;
        Dimension = Math.Min(size, config.TruncateDimension ?? size);
    }

    /// <summary>How tokens become one vector.</summary>
    public TokenPooling Pooling { get; }

    /// <summary>The length of a text's vector where a call does not choose it.</summary>
    public int Dimension { get; }

    /// <summary>Refuses a call that asks for more numbers than there are.</summary>
    /// <exception cref="ArgumentException">It does.</exception>
    public void Require(EmbeddingRequest request)
    {
        if (request.Dimensions is int dimensions && (dimensions < 1 || dimensions > _fullDimension))
            throw new ArgumentException($"the model's vectors have {_fullDimension} dimensions, which cannot be cut to {dimensions}");
    }

    /// <summary>A text's vector.</summary>
    /// <param name="states">The last hidden states, [tokens, hidden].</param>
    /// <param name="rows">The text's tokens in order, special tokens included.</param>
    /// <param name="promptTokens">How many of them belong to the prompt.</param>
    /// <param name="request">What the call asks for.</param>
    public float[] Vector(Matrix states, ReadOnlySpan<int> rows, int promptTokens, EmbeddingRequest request)
    {
        float[] pooled = new float[Pooling.Modes.Length * states.Columns];
        Pooling.Apply(states, rows, promptTokens, pooled);
        return Vector(pooled, request);
    }

    /// <summary>A text's vector of its pooled one, [modes, hidden], which may be changed.</summary>
    public float[] Vector(float[] pooled, EmbeddingRequest request)
    {
        float[] vector = pooled;
        foreach (IVectorModule module in _modules)
            vector = module.Apply(vector);
        Array.Resize(ref vector, request.Dimensions ?? Dimension);
        if (request.Normalize ?? _normalizes)
            Pool.Normalize(vector);
        return vector;
    }
}
