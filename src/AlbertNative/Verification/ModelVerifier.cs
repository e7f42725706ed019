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

    private readonly string _path;
    private readonly WeightPrecision? _other;
    private readonly IReadOnlyList<PublishedOutputs> _known;
    private readonly CancellationToken _cancellationToken;

    private ModelFiles? _files;
    private ModelConfig? _config;
    private Tokenizer? _tokenizer;
    private PreTrainedModel? _model;

    private ModelVerifier(string path, WeightPrecision? other, IReadOnlyList<PublishedOutputs> known, CancellationToken cancellationToken)
    {
        _path = path;
        _other = other;
        _known = known;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Runs the checks, each when its result is asked for. What is wrong with the model is in the results, not thrown.</summary>
    /// <param name="path">Whatever <see cref="ModelFiles.Open"/> takes.</param>
    /// <param name="cancellationToken">Stops the checks.</param>
    /// <exception cref="OperationCanceledException">The checks were stopped.</exception>
    public static IEnumerable<ModelCheck> Verify(string path, CancellationToken cancellationToken = default) =>
        Verify(path, other: null, PublishedOutputs.Known, cancellationToken);

    /// <summary>
    /// The same, and the layers in another precision than the file's are held against it, for whoever means to run the model so.
    /// They are packed for that alone; nothing is compared where it is the file's own, or null.
    /// </summary>
    /// <param name="path">Whatever <see cref="ModelFiles.Open"/> takes.</param>
    /// <param name="other">The other precision.</param>
    /// <param name="cancellationToken">Stops the checks.</param>
    /// <exception cref="OperationCanceledException">The checks were stopped.</exception>
    public static IEnumerable<ModelCheck> Verify(string path, WeightPrecision? other, CancellationToken cancellationToken = default) =>
        Verify(path, other, PublishedOutputs.Known, cancellationToken);

    /// <summary>The same with other published outputs.</summary>
    internal static IEnumerable<ModelCheck> Verify(
        string path, WeightPrecision? other, IReadOnlyList<PublishedOutputs> known, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ModelVerifier(path, other, known, cancellationToken).Run();
    }

    // The files are opened once and the weights packed once; once more only where another precision is asked for.
    private IEnumerable<ModelCheck> Run()
    {
        try
        {
            yield return Check("config", ReadConfig);
            yield return Check("tokenizer", LoadTokenizer);
            yield return Check("vocabulary", CompareVocabulary);
            yield return Check("finite", RequireFinite);
            yield return Check("model", OpenModel);
            yield return Check("batch", CompareBatch);
            yield return Check("threads", CompareThreads);
            yield return Check("int8", CompareInt8);
            yield return Check("published", ComparePublished);
        }
        finally
        {
            _model?.Dispose();
            _files?.Dispose();
        }
    }

    private ModelCheck Check(string name, Func<string> check)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(name, CheckResult.Passed, check());
        }
        catch (CheckException e)
        {
            return new(name, e.Result, e.Message);
        }
        catch (Exception e) when (!(e is OperationCanceledException && _cancellationToken.IsCancellationRequested))
        {
            // Whatever a damaged or hostile model brings about is a fault of that model.
            bool expected = e is FormatException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or HubException;
            return new(name, CheckResult.Failed, expected ? e.Message : $"{e.GetType().Name}: {e.Message}");
        }
    }

    private string ReadConfig()
    {
        _files = ModelFiles.Open(_path, cancellationToken: _cancellationToken);
        _config = _files.ReadConfig();
        return FormattableString.Invariant(
            $"{_config.ClassName}, {_config.LayerCount} layers, hidden {_config.HiddenSize}, vocabulary {_config.VocabularySize}");
    }

    private string LoadTokenizer()
    {
        ModelFiles files = Needed(_files, "model");
        if (ModelFiles.Vocabularies.All(name => files.Read(name) is null))
            throw CheckException.Skip("the model has none: it takes ids, no text");
        _tokenizer = files.LoadTokenizer();
        return FormattableString.Invariant($"{_tokenizer.Semantics}, {_tokenizer.VocabularySize} ids");
    }

    private string CompareVocabulary()
    {
        ModelConfig config = Needed(_config, "configuration");
        Tokenizer tokenizer = Needed(_tokenizer, "tokenizer");
        return tokenizer.VocabularySize <= config.VocabularySize
            ? FormattableString.Invariant($"{tokenizer.VocabularySize} ids for {config.VocabularySize} embeddings")
            : throw CheckException.Fail($"the tokenizer has {tokenizer.VocabularySize} ids, the model {config.VocabularySize} embeddings");
    }

    private string RequireFinite()
    {
        ModelFiles files = Needed(_files, "model");
        float[] chunk = new float[ChunkElements];
        long count = 0;
        foreach (WeightTensor tensor in WeightSource.From(files.Checkpoint).Tensors)
        {
            if (!tensor.Type.IsFloatingPoint && tensor.Type != TensorType.I8)
                continue;
            count += tensor.ElementCount;
            for (long start = 0; start < tensor.ElementCount; start += ChunkElements)
            {
                _cancellationToken.ThrowIfCancellationRequested();
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

    private string OpenModel()
    {
        PreTrainedModel model = PreTrainedModel.Open(Needed(_files, "model"), cancellationToken: _cancellationToken);
        try
        {
            model.Require(model.Config.DefaultArchitecture);
        }
        catch
        {
            model.Dispose();
            throw;
        }
        _model = model;
        int unused = model.UnusedTensors(model.Config.DefaultArchitecture).Count;
        return $"loads as {model.Config.ClassName}" + (unused > 0 ? $", {unused} tensors unused" : "");
    }

    private string CompareBatch()
    {
        EncoderHead head = new(Opened());
        ProbeBatch probe = new(head.Model.Config);
        float[] together = probe.Together(head, _cancellationToken);
        return probe.OneByOne(head, _cancellationToken).AsSpan().SequenceEqual(together)
            ? $"{probe.Count} sequences, the same bits together and alone"
            : throw CheckException.Fail("hidden states differ between a batch and its sequences alone");
    }

    private string CompareThreads()
    {
        PreTrainedModel model = Opened();
        int threads = Math.Max(2, ProcessorInfo.PhysicalCores);
        using PreTrainedModel one = model.WithThreads(1), many = model.WithThreads(threads);
        return States(one).AsSpan().SequenceEqual(States(many))
            ? $"the same bits on 1 and on {threads} threads"
            : throw CheckException.Fail($"hidden states differ between 1 and {threads} threads");
    }

    private string CompareInt8()
    {
        PreTrainedModel model = Opened();
        if (_other is not { } other || other == model.Precision)
            throw CheckException.Skip("the model is to run in no other precision than its file's");
        using PreTrainedModel compared = model.WithPrecision(other);
        double cosine = ProbeBatch.Cosine(States(model), States(compared));
        string found = FormattableString.Invariant($"cosine {cosine:F6} to single precision");
        return cosine >= LeastInt8Cosine
            ? found
            : throw CheckException.Fail(FormattableString.Invariant($"{found}, expected at least {LeastInt8Cosine}"));
    }

    private string ComparePublished()
    {
        PreTrainedModel model = Opened();
        ModelFiles files = Needed(_files, "model");
        PublishedOutputs? claimed = PublishedOutputs.Claimed(files, _known), namesake = PublishedOutputs.Namesake(files, _known);
        string precision = StoredPrecision.LowestOf(files);
        if (precision != StoredPrecision.Float32)
        {
            throw CheckException.Skip(claimed is null && namesake is null
                ? NothingPublished
                : $"they are for single precision, the weights are {precision} or were rounded to it before");
        }
        EncoderHead head = new(model);
        if (claimed is not null)
        {
            return claimed.CompareStates(head, _cancellationToken) is string difference
                ? throw CheckException.Fail(difference)
                : CompareTexts(claimed, CheckException.Fail);
        }
        // Whatever it is called: a model is another's copy if it computes what that does.
        return _known.FirstOrDefault(published => published.CompareStates(head, _cancellationToken) is null) is PublishedOutputs same
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
        if (!Opened().Architectures.Contains(ModelArchitecture.MaskedLM))
            return $"hidden states and ids of {published.Names[0]}";
        using TextModel model = new(Opened(), _tokenizer);
        using MaskFiller filler = new(model);
        return published.CompareFills(filler, _cancellationToken) is string other
            ? throw mismatch($"{states}, but {other}")
            : $"hidden states, ids and filled masks of {published.Names[0]}";
    }

    private float[] States(PreTrainedModel model) =>
        new ProbeBatch(model.Config).Together(new EncoderHead(model), _cancellationToken);

    private PreTrainedModel Opened() => _model ?? throw CheckException.Skip("the model does not load");

    private static T Needed<T>(T? part, string name)
        where T : class => part ?? throw CheckException.Skip($"there is no {name}");
}
