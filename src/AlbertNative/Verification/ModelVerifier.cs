using AlbertNative.Checkpoints;
using AlbertNative.Hub;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// Checks a model before it is trusted: that its parts load and fit together, that its weights are numbers, that the
/// engine keeps its promises on it, and, where the model is known, that it computes what is published of it.
/// </summary>
public sealed class ModelVerifier
{
    /// <summary>
    /// The cosine that 8-bit hidden states must reach with single-precision ones on random ids. Models with few hidden
    /// units, whose rounding errors average out least, reach 0.9993; weights that 8 bits cannot hold fall far below.
    /// </summary>
    public const double LeastInt8Cosine = 0.995;

    private const string NothingPublished = "none are known of this model";

    private const int ChunkElements = 1 << 14;

    private string _path;
    private readonly IReadOnlyList<PublishedOutputs> _known;
    private readonly CancellationToken _cancellation;

    private AlbertConfig? _config;
    private Tokenizer? _tokenizer;
    private bool _loads;

    private ModelVerifier(string path, IReadOnlyList<PublishedOutputs> known, CancellationToken cancellation)
    {
        _path = path;
        _known = known;
        _cancellation = cancellation;
    }

    /// <summary>Runs the checks, each when its result is asked for. What is wrong with the model is in the results, not thrown.</summary>
    /// <param name="path">Whatever <see cref="ModelFiles.Open"/> takes.</param>
    /// <param name="cancellation">Stops the checks.</param>
    /// <exception cref="OperationCanceledException">The checks were stopped.</exception>
    public static IEnumerable<ModelCheck> Verify(string path, CancellationToken cancellation = default) =>
        Verify(path, PublishedOutputs.Known, cancellation);

    /// <summary>The same with other published outputs.</summary>
    internal static IEnumerable<ModelCheck> Verify(string path, IReadOnlyList<PublishedOutputs> known, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ModelVerifier(path, known, cancellation).Run();
    }

    private IEnumerable<ModelCheck> Run()
    {
        yield return Check("config", ReadConfig);
        yield return Check("tokenizer", LoadTokenizer);
        yield return Check("vocabulary", CompareVocabulary);
        yield return Check("finite", RequireFinite);
        yield return Check("model", LoadModel);
        yield return Check("batch", CompareBatch);
        yield return Check("threads", CompareThreads);
        yield return Check("int8", CompareInt8);
        yield return Check("published", ComparePublished);
    }

    private ModelCheck Check(string name, Func<string> check)
    {
        _cancellation.ThrowIfCancellationRequested();
        try
        {
            return new(name, CheckResult.Passed, check());
        }
        catch (CheckException e)
        {
            return new(name, e.Result, e.Message);
        }
        catch (Exception e) when (!(e is OperationCanceledException && _cancellation.IsCancellationRequested))
        {
            // Whatever a damaged or hostile model brings about is a fault of that model.
            bool expected = e is FormatException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or HubException;
            return new(name, CheckResult.Failed, expected ? e.Message : $"{e.GetType().Name}: {e.Message}");
        }
    }

    private string ReadConfig()
    {
        using ModelFiles files = ModelFiles.Open(_path);
        _path = files.Path; // a name is resolved once
        _config = files.ReadConfig();
        return FormattableString.Invariant(
            $"{_config.DefaultArchitecture}, {_config.LayerCount} layers, hidden {_config.HiddenSize}, vocabulary {_config.VocabularySize}");
    }

    private string LoadTokenizer()
    {
        using ModelFiles files = ModelFiles.Open(_path);
        if (files.Read(ModelFiles.TokenizerJson) is null && files.Read(ModelFiles.SentencePieceModel) is null)
            throw CheckException.Skip("the model has none that is supported: it takes ids, no text");
        _tokenizer = files.LoadTokenizer();
        return FormattableString.Invariant($"{_tokenizer.Semantics}, {_tokenizer.VocabularySize} ids");
    }

    private string CompareVocabulary()
    {
        AlbertConfig config = Needed(_config, "configuration");
        Tokenizer tokenizer = Needed(_tokenizer, "tokenizer");
        return tokenizer.VocabularySize <= config.VocabularySize
            ? FormattableString.Invariant($"{tokenizer.VocabularySize} ids for {config.VocabularySize} embeddings")
            : throw CheckException.Fail($"the tokenizer has {tokenizer.VocabularySize} ids, the model {config.VocabularySize} embeddings");
    }

    private string RequireFinite()
    {
        using ModelFiles files = ModelFiles.Open(_path);
        float[] chunk = new float[ChunkElements];
        long count = 0;
        foreach (WeightTensor tensor in WeightSource.From(files.Checkpoint).Tensors)
        {
            if (!tensor.Type.IsFloatingPoint && tensor.Type != TensorType.I8)
                continue;
            count += tensor.ElementCount;
            for (long start = 0; start < tensor.ElementCount; start += ChunkElements)
            {
                _cancellation.ThrowIfCancellationRequested();
                Span<float> values = chunk.AsSpan(0, (int)Math.Min(ChunkElements, tensor.ElementCount - start));
                tensor.CopyTo(start, values);
                int at = NonFinite(values);
                if (at >= 0)
                    throw CheckException.Fail(FormattableString.Invariant($"{tensor.Name}: element {start + at} is {values[at]}"));
            }
        }
        return FormattableString.Invariant($"{count:N0} weights");
    }

    private static int NonFinite(ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                return i;
        }
        return -1;
    }

    private string LoadModel()
    {
        using AlbertPreTrainedModel model = AlbertAutoModel.Load(_path);
        _loads = true;
        return $"loads as {model.Architecture}" + (model.SkippedTensors.Count > 0 ? $", {model.SkippedTensors.Count} tensors unused" : "");
    }

    private string CompareBatch()
    {
        RequireLoaded();
        using AlbertModel model = AlbertModel.Load(_path);
        ProbeBatch probe = new(model.Config);
        float[] together = probe.Together(model, _cancellation);
        return probe.OneByOne(model, _cancellation).AsSpan().SequenceEqual(together)
            ? $"{probe.Count} sequences, the same bits together and alone"
            : throw CheckException.Fail("hidden states differ between a batch and its sequences alone");
    }

    private string CompareThreads()
    {
        RequireLoaded();
        int threads = Math.Max(2, ProcessorInfo.PhysicalCores);
        return States(new() { Threads = 1 }).AsSpan().SequenceEqual(States(new() { Threads = threads }))
            ? $"the same bits on 1 and on {threads} threads"
            : throw CheckException.Fail($"hidden states differ between 1 and {threads} threads");
    }

    private string CompareInt8()
    {
        RequireLoaded();
        double cosine = ProbeBatch.Cosine(
            States(new() { Precision = WeightPrecision.Float32 }), States(new() { Precision = WeightPrecision.Int8 }));
        string found = FormattableString.Invariant($"cosine {cosine:F6} to single precision");
        return cosine >= LeastInt8Cosine
            ? found
            : throw CheckException.Fail(FormattableString.Invariant($"{found}, expected at least {LeastInt8Cosine}"));
    }

    private string ComparePublished()
    {
        RequireLoaded();
        using ModelFiles files = ModelFiles.Open(_path);
        PublishedOutputs? claimed = PublishedOutputs.Claimed(files, _known), namesake = PublishedOutputs.Namesake(files, _known);
        string precision = StoredPrecision.LowestOf(files);
        if (precision != StoredPrecision.Float32)
        {
            throw CheckException.Skip(claimed is null && namesake is null
                ? NothingPublished
                : $"they are for single precision, the weights are {precision} or were rounded to it before");
        }
        using AlbertModel model = AlbertModel.Load(_path);
        if (claimed is not null)
        {
            return claimed.CompareStates(model, _cancellation) is string difference
                ? throw CheckException.Fail(difference)
                : CompareTexts(claimed, CheckException.Fail);
        }
        // Whatever it is called: a model is another's copy if it computes what that does.
        return _known.FirstOrDefault(published => published.CompareStates(model, _cancellation) is null) is PublishedOutputs same
            ? CompareTexts(same, CheckException.Skip)
            : throw CheckException.Skip(namesake is null ? NothingPublished : $"it has the name of {namesake.Names[0]}, and other weights");
    }

    /// <summary>Compares what is published of texts, for a model whose hidden states are the published ones.</summary>
    private string CompareTexts(PublishedOutputs published, Func<string, CheckException> mismatch)
    {
        string states = $"hidden states of {published.Names[0]}";
        if (_tokenizer is null)
            return states;
        if (published.CompareIds(_tokenizer) is string difference)
            throw mismatch($"{states}, but {difference}");
        if (!HasMaskedLM())
            return $"hidden states and ids of {published.Names[0]}";
        using MaskFiller filler = MaskFiller.Load(_path);
        return published.CompareFills(filler, _cancellation) is string other
            ? throw mismatch($"{states}, but {other}")
            : $"hidden states, ids and filled masks of {published.Names[0]}";
    }

    private bool HasMaskedLM()
    {
        using ModelFiles files = ModelFiles.Open(_path);
        return ConvertedWeights.Plan(WeightSource.From(files.Checkpoint), Needed(_config, "configuration"), WeightStorage.Source)
            .Architectures.Contains(AlbertArchitecture.AlbertForMaskedLM);
    }

    private float[] States(ModelOptions options)
    {
        using AlbertModel model = AlbertModel.Load(_path, options);
        return new ProbeBatch(model.Config).Together(model, _cancellation);
    }

    private void RequireLoaded()
    {
        if (!_loads)
            throw CheckException.Skip("the model does not load");
    }

    private static T Needed<T>(T? part, string name)
        where T : class => part ?? throw CheckException.Skip($"there is no {name}");
}
