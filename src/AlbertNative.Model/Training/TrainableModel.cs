using AlbertNative.Checkpoints;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>How a <see cref="TrainableModel"/> is made.</summary>
public sealed record TrainableModelOptions
{
    /// <summary>Threads of each pass; results do not depend on them.</summary>
    public int ThreadCount { get; init; } = Math.Max(1, ProcessorInfo.PhysicalCores);

    /// <summary>
    /// Keep only the layers' inputs of a forward pass, and compute the rest again in the backward pass (Chen et al.,
    /// arXiv:1604.06174): a third more work for a fraction of the memory, and the same bits.
    /// </summary>
    public bool Checkpointing { get; init; }

    /// <summary>
    /// The part whose gradients, and those of what comes before it, are not computed; null for none. Layers cannot be left out one
    /// by one: they share their weights.
    /// </summary>
    public ModelPart? Frozen { get; init; }

    /// <summary>The seed of weights that the source does not have, such as a new head's.</summary>
    public long Seed { get; init; } = 42;
}

/// <summary>
/// A model that is trained: master parameters under Hugging Face's names, a forward pass that keeps what the backward pass
/// needs, and gradients, which are added up until they are cleared. Its scores have the bits of the inference model that
/// its weights make. One call at a time.
/// </summary>
/// <remarks>
/// A step of an own loop: <see cref="ClearGradients"/>, then for each micro-batch <see cref="Forward"/>, a loss whose
/// gradient replaces the scores in <see cref="Logits"/>, and <see cref="Backward"/>; then an optimizer moves
/// <see cref="Values"/>, and <see cref="Pack"/> makes the next passes see them.
/// </remarks>
public sealed class TrainableModel : IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly TrainableEncoder _encoder;
    private readonly TrainableHead _head;
    private readonly TrainingWorkspace _workspace;
    private readonly ModelPart? _frozen;
    private readonly ThreadTeam _team;
    private readonly ForwardProgram _forward;
    private readonly HeadProgram _forwardHead;
    private readonly BackwardProgram _backward;
    private readonly PackProgram _pack, _packHead;
    private DropoutMasks? _masks;

    private TrainableModel(ModelConfig config, ModelArchitecture architecture, ParameterSet parameters, TrainableModelOptions options)
    {
        Config = config;
        Architecture = architecture;
        _parameters = parameters;
        _encoder = new TrainableEncoder(config, parameters);
        _head = TrainableHead.Of(config, architecture, parameters);
        _workspace = new TrainingWorkspace(config, options.Checkpointing);
        _frozen = options.Frozen;
        _team = new ThreadTeam(options.ThreadCount);
        _forward = new ForwardProgram(this);
        _forwardHead = new HeadProgram(this);
        _backward = new BackwardProgram(this);
        _pack = new PackProgram(this, headAlone: false);
        _packHead = new PackProgram(this, headAlone: true);
    }

    /// <summary>The model's sizes and labels.</summary>
    public ModelConfig Config { get; }

    /// <summary>The class.</summary>
    public ModelArchitecture Architecture { get; }

    /// <summary>Which parameters there are, and where they lie.</summary>
    public ParameterLayout Layout => _parameters.Layout;

    /// <summary>The parameters; <see cref="Pack"/> after changing them.</summary>
    public ParameterBlock Values => _parameters.Values;

    /// <summary>The gradients, which each backward pass adds to.</summary>
    public ParameterBlock Gradients => _parameters.Gradients;

    /// <summary>Names of parameters that the source did not have, so that they begin at random.</summary>
    public IReadOnlyList<string> NewParameters { get; private set; } = [];

    /// <summary>The batch of the last forward pass.</summary>
    public TokenBatch Batch => _workspace.Batch;

    /// <summary>
    /// The scores of the last forward pass, replaced by their gradients before <see cref="Backward"/>: [sequences, labels];
    /// of the classes that score tokens [rows, labels], [rows, 2] or [rows, vocabulary]; of the bare model the hidden states,
    /// [tokens, hidden].
    /// </summary>
    public Matrix Logits => _head.GivesStates ? _workspace.LastState : _head.Logits;

    /// <summary>
    /// Beside <see cref="Logits"/>: of pre-training the judgement of two sentences, [sequences, labels]; of the bare model the
    /// pooled output, [sequences, hidden]; else without rows.
    /// </summary>
    public Matrix PairLogits => _head.PairLogits;

    /// <summary>What the head stands on, of the last forward pass: [rows, hidden], the rows that the head needs.</summary>
    public Matrix EncoderStates => _workspace.LastState;

    /// <summary>Makes a model of a source's weights, or of random ones.</summary>
    /// <param name="config">The sizes and labels; those of a head that the source lacks may differ from the source's.</param>
    /// <param name="architecture">The class.</param>
    /// <param name="source">The weights, which are copied; null for random ones throughout.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="CheckpointFormatException">The source is not of the configuration; names every fault.</exception>
    /// <exception cref="NotSupportedException">Something about the model cannot be trained; names it.</exception>
    public static TrainableModel Create(
        ModelConfig config, ModelArchitecture architecture, WeightSource? source, TrainableModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (!config.TiesWordEmbeddings && architecture is ModelArchitecture.MaskedLM or ModelArchitecture.PreTraining)
            throw new NotSupportedException("tie_word_embeddings is false: a decoder of its own cannot be trained, only one tied to the word embeddings");
        options ??= new TrainableModelOptions();
        ParameterInitializer initializer = new(config, source, options.Seed);
        ParameterLayout layout = ParameterLayout.Of(config, architecture, initializer.LeavesOut);
        ParameterSet parameters = new(layout, (float)config.LayerNormEpsilon);
        IReadOnlyList<string> missing = initializer.Fill(parameters);
        TrainableModel model = new(config, architecture, parameters, options) { NewParameters = missing };
        model.Pack();
        return model;
    }

    /// <summary>Computes the scores.</summary>
    /// <param name="batch">The sequences; not to be changed before the backward pass is over.</param>
    /// <param name="rows">
    /// Of a class that scores tokens, those wanted, ascending, or empty for all: the last layer is computed for these alone.
    /// Classes that score sequences choose for themselves.
    /// </param>
    /// <param name="masks">What is dropped, in this pass and in the backward pass; null for nothing.</param>
    /// <param name="cancellationToken">Stops the pass at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model.</exception>
    public void Forward(
        TokenBatch batch, ReadOnlySpan<int> rows = default, DropoutMasks? masks = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Validate(Config);
        _masks = masks;
        _workspace.Prepare(batch, _head.Prepare(batch, rows));
        _team.Run(_forward, cancellationToken);
    }

    /// <summary>As <see cref="Forward"/> of the same batch with all rows, whose <see cref="EncoderStates"/> are known: only the head is computed.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="states">The states, row by row.</param>
    /// <param name="masks">What is dropped.</param>
    /// <param name="cancellationToken">Stops the pass at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model, or the states not the batch.</exception>
    public void ForwardHead(TokenBatch batch, ReadOnlySpan<float> states, DropoutMasks? masks = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Validate(Config);
        _masks = masks;
        _workspace.Prepare(batch, _head.Prepare(batch, default));
        Matrix known = _workspace.LastState;
        if (states.Length != known.Rows * known.Columns)
            throw new ArgumentException($"{states.Length} numbers are not {known.Rows} rows of {known.Columns}", nameof(states));
        for (int row = 0; row < known.Rows; row++)
            states.Slice(row * known.Columns, known.Columns).CopyTo(known[row]);
        _team.Run(_forwardHead, cancellationToken);
    }

    /// <summary>Adds the gradients of all parameters, from those that have replaced the scores. Once after each forward pass.</summary>
    /// <param name="cancellationToken">Stops the pass at its next step; the gradients are then of no use.</param>
    public void Backward(CancellationToken cancellationToken = default) => _team.Run(_backward, cancellationToken);

    /// <summary>Sets all gradients to zero, as those of an encoder that is frozen are.</summary>
    public void ClearGradients()
    {
        if (_frozen != ModelPart.Encoder)
        {
            Gradients.Values.Clear();
            return;
        }
        foreach (TrainableParameter parameter in Layout.Parameters.Where(parameter => parameter.Part == ModelPart.Head))
            Gradients.Values.Slice(parameter.Offset, parameter.Length).Clear();
    }

    /// <summary>Packs the parameters as they are now for the passes that follow.</summary>
    public void Pack() => _team.Run(_pack);

    /// <summary>As <see cref="Pack"/>, where only the parameters of the head have changed.</summary>
    public void PackHead() => _team.Run(_packHead);

    /// <summary>Runs a program of one's own, such as an optimizer's, on the model's threads.</summary>
    public void Run(TeamProgram program, CancellationToken cancellationToken = default) => _team.Run(program, cancellationToken);

    /// <summary>The parameters as a source, to make an inference model of or to save; they are those of the moment they are read.</summary>
    public WeightSource ToWeightSource() => new TrainableWeightSource(_parameters);

    /// <summary>Ends the threads.</summary>
    public void Dispose() => _team.Dispose();

    private sealed class ForwardProgram(TrainableModel model) : TeamProgram
    {
        protected override void Run(TeamThread thread)
        {
            model._encoder.Forward(thread, model._workspace, model._masks);
            model._head.Forward(thread, model._workspace, model._masks);
        }
    }

    private sealed class HeadProgram(TrainableModel model) : TeamProgram
    {
        protected override void Run(TeamThread thread) => model._head.Forward(thread, model._workspace, model._masks);
    }

    private sealed class BackwardProgram(TrainableModel model) : TeamProgram
    {
        protected override void Run(TeamThread thread)
        {
            model._head.Backward(thread, model._workspace, model._masks);
            if (model._frozen is null or ModelPart.Embeddings)
                model._encoder.Backward(thread, model._workspace, model._masks, toEmbeddings: model._frozen is null);
        }
    }

    private sealed class PackProgram(TrainableModel model, bool headAlone) : TeamProgram
    {
        protected override void Run(TeamThread thread)
        {
            if (!headAlone)
                model._encoder.Pack(thread);
            model._head.Pack(thread);
        }
    }
}
