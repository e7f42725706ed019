using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// What the ALBERT classes share: the encoder, and the threads and the memory that forward passes run with. A model
/// is immutable and may be called from any number of threads; each call has its own batch and its own output.
/// </summary>
public abstract class AlbertPreTrainedModel : IDisposable
{
    private readonly AlbertEncoder _encoder;
    private readonly TeamPool _teams;
    private readonly Lock _gate = new();
    private readonly Stack<ForwardPass> _idle = new();
    private ModelFiles? _files;
    private int _running;
    private bool _disposed;

    private protected AlbertPreTrainedModel(
        AlbertConfig config, AlbertArchitecture architecture, WeightSource weights, ModelOptions? options)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weights);
        Config = config;
        Architecture = architecture;
        Tensors = ResolvedWeights.Resolve(weights, config, architecture);
        options ??= new ModelOptions();
        Precision = options.Precision ?? (Tensors.AreQuantized ? WeightPrecision.Int8 : WeightPrecision.Float32);
        _encoder = new AlbertEncoder(config, AlbertWeights.Pack(config, Tensors, Precision));
        _teams = new TeamPool(options.ThreadCount);
    }

    /// <summary>The model's sizes and labels.</summary>
    public AlbertConfig Config { get; }

    /// <summary>The class.</summary>
    public AlbertArchitecture Architecture { get; }

    /// <summary>Tensors of the checkpoint that this class does not use: other heads' weights, and buffers.</summary>
    public IReadOnlyList<string> SkippedTensors => Tensors.Skipped;

    /// <summary>Threads that one forward pass uses.</summary>
    public int Threads => _teams.TeamSize;

    /// <summary>How the layers' weights are held.</summary>
    public WeightPrecision Precision { get; }

    private protected ResolvedWeights Tensors { get; }

    /// <summary>Releases the threads and the checkpoint; calls that are still running finish first.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            if (_running == 0)
                ReleaseResources();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>Computes the head, as one of the team's threads.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="pass">The call.</param>
    /// <param name="states">The last hidden state, [tokens, hidden] or [selected, hidden].</param>
    /// <param name="output">The caller's output, shaped.</param>
    internal abstract void RunHead(TeamThread thread, ForwardPass pass, Matrix states, ModelOutput output);

    /// <summary>Opens a model's files, makes a model of them, and hands the model the open checkpoint.</summary>
    internal static TModel Load<TModel>(string path, Func<AlbertConfig, WeightSource, TModel> create)
        where TModel : AlbertPreTrainedModel
    {
        ModelFiles files = ModelFiles.Open(path);
        try
        {
            TModel model = create(files.ReadConfig(), WeightSource.From(files.Checkpoint));
            model._files = files;
            return model;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a batch that this model cannot compute; called before an output is touched.</summary>
    private protected void Validate(TokenBatch batch, ModelOutput output)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(output);
        batch.Validate(Config);
    }

    /// <summary>Refuses a selection of rows that is not strictly ascending within the batch.</summary>
    private protected void Validate(TokenBatch batch, ReadOnlySpan<int> rows, ModelOutput output)
    {
        Validate(batch, output);
        if (rows.IsEmpty)
            throw new ArgumentException("no row is asked for", nameof(rows));
        int previous = -1;
        foreach (int row in rows)
        {
            if (row <= previous || row >= batch.TokenCount)
            {
                throw new ArgumentException(
                    $"row {row} after row {previous}: rows must ascend, below the {batch.TokenCount} tokens", nameof(rows));
            }
            previous = row;
        }
    }

    /// <summary>Runs encoder and head over a validated batch, into a shaped output.</summary>
    /// <param name="batch">The tokens.</param>
    /// <param name="rows">The rows that the head needs, ascending; empty for all.</param>
    /// <param name="output">The output.</param>
    /// <param name="cancellation">Stops the pass at its next step.</param>
    private protected void Run(TokenBatch batch, ReadOnlySpan<int> rows, ModelOutput output, CancellationToken cancellation)
    {
        ForwardPass pass = Rent();
        try
        {
            pass.Prepare(batch, rows, output);
            _teams.Run(pass, cancellation);
        }
        finally
        {
            Return(pass);
        }
    }

    private ForwardPass Rent()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _running++;
            return _idle.TryPop(out ForwardPass? pass) ? pass : new ForwardPass(this, _encoder);
        }
    }

    private void Return(ForwardPass pass)
    {
        pass.Release();
        lock (_gate)
        {
            _idle.Push(pass);
            _running--;
            if (_disposed && _running == 0)
                ReleaseResources();
        }
    }

    private void ReleaseResources()
    {
        _teams.Dispose();
        _files?.Dispose();
        _idle.Clear();
    }
}
