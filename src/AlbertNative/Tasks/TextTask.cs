using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// What the tasks share: an opened model, and how texts meet it. A task is immutable; any number of threads may share one,
/// and any number of tasks a model.
/// </summary>
public abstract class TextTask : IDisposable
{
    private bool _ownsModel;

    private protected TextTask(TextModel model, TaskOptions? options, int? maxSequenceLength = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= TaskOptions.Default;
        Model = model;
        BatchTokens = options.BatchTokens;
        Inputs = new(model.Tokenizer, model.Config, options, maxSequenceLength);
    }

    /// <summary>
    /// Raised after each pass through the model, on the thread that asked for its results: for counting and progress.
    /// An exception of a handler ends the stream.
    /// </summary>
    public event Action<BatchUsage>? BatchCompleted;

    /// <summary>The model.</summary>
    public TextModel Model { get; }

    /// <summary>The model's configuration.</summary>
    public ModelConfig Config => Model.Config;

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer => Model.Tokenizer;

    /// <summary>The most tokens of one model input, special tokens included.</summary>
    public int MaxLength => Inputs.MaxLength;

    internal int BatchTokens { get; }

    private protected InputEncoder Inputs { get; }

    /// <summary>Closes the model where the task has opened it; a model that it was given stays.</summary>
    public void Dispose()
    {
        if (_ownsModel)
            Model.Dispose();
        GC.SuppressFinalize(this);
    }

    internal void Completed(int inputs, int tokens) => BatchCompleted?.Invoke(new(inputs, tokens));

    /// <summary>A task that owns the model which has been opened for it.</summary>
    private protected static TTask Own<TTask>(TextModel model, Func<TextModel, TTask> create)
        where TTask : TextTask
    {
        try
        {
            TTask task = create(model);
            task._ownsModel = true;
            return task;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>An operation over all that a head computes.</summary>
    private protected HeadOperation<TInput, TOutput, TResult> Operation<TInput, TOutput, TResult>(
        OutputPool<TOutput> outputs,
        Func<TInput, EncodedInput<TInput>> encode,
        HeadForward<TInput, TOutput> forward,
        Func<ModelBatch<TInput>, int, TOutput, TResult> finish,
        string? resultKey = null)
        where TOutput : ModelOutput, new() =>
        new(this) { Outputs = outputs, Encoding = encode, Forward = forward, Finishing = finish, Key = resultKey };
}
