using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// What the tasks share: a model, its tokenizer, and how texts meet them. A task is immutable; any number of threads
/// may share one, and any number of tasks a model.
/// </summary>
public abstract class AlbertTask : IDisposable
{
    private readonly AlbertPreTrainedModel _model;
    private readonly bool _ownsModel;
    private readonly int _batchTokens;

    private protected AlbertTask(
        AlbertPreTrainedModel model, Tokenizer tokenizer, TaskOptions options, bool ownsModel, int? maxSequenceLength = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        _model = model;
        _ownsModel = ownsModel;
        _batchTokens = options.BatchTokens;
        Inputs = new(tokenizer, model.Config, options, maxSequenceLength);
    }

    /// <summary>
    /// Raised after each pass through the model, on the thread that asked for its results: for counting and progress.
    /// An exception of a handler ends the stream.
    /// </summary>
    public event Action<BatchUsage>? BatchCompleted;

    /// <summary>The model's configuration.</summary>
    public AlbertConfig Config => _model.Config;

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer => Inputs.Tokenizer;

    /// <summary>The most tokens of one model input, special tokens included.</summary>
    public int MaxLength => Inputs.MaxLength;

    private protected InputEncoder Inputs { get; }

    /// <summary>Releases the model where the task has loaded it; a model that it was given stays.</summary>
    public void Dispose()
    {
        if (_ownsModel)
            _model.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Loads a tokenizer and a model out of the same files, and makes a task that owns the model.</summary>
    private protected static TTask Load<TModel, TTask>(
        string nameOrPath,
        TaskOptions options,
        Func<string, ModelOptions, TModel> loadModel,
        Func<TModel, Tokenizer, TTask> create)
        where TModel : AlbertPreTrainedModel
    {
        string path;
        Tokenizer tokenizer;
        using (ModelFiles files = ModelFiles.Open(nameOrPath))
        {
            path = files.Path; // a name is resolved once: its branch may move at any time
            tokenizer = files.LoadTokenizer(options.Tokenizer);
        }
        TModel model = loadModel(path, new() { Threads = options.Threads });
        try
        {
            return create(model, tokenizer);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Results of a stream of inputs, lazily and in order.</summary>
    private protected IEnumerable<TResult> Stream<TInput, TOutput, TResult>(
        IEnumerable<TInput> inputs,
        Func<TInput, EncodedInput<TInput>> encode,
        Func<ModelBatch<TInput>, TOutput, IReadOnlyList<TResult>> compute,
        CancellationToken cancellation)
        where TOutput : new() =>
        BatchStream.Run<TInput, TOutput, TResult>(
            inputs,
            encode,
            (batch, output) =>
            {
                IReadOnlyList<TResult> results = compute(batch, output);
                BatchCompleted?.Invoke(new(batch.Inputs.Count, batch.Tokens.TokenCount));
                return results;
            },
            _batchTokens,
            cancellation);
}
