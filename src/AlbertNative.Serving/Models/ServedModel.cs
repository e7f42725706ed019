using System.Collections.Concurrent;
using System.Runtime.Intrinsics;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Serving;

/// <summary>One version of a model, opened, checked and warm. It stays open while anyone holds it.</summary>
public sealed class ServedModel
{
    /// <summary>Ways of meeting texts that are kept; more than a configuration names.</summary>
    private const int MostTasks = 256;

    private static long _last;

    private readonly InferenceScheduler _scheduler;
    private readonly ServedModelOptions _options;
    private readonly ConcurrentDictionary<(Type Task, TaskOptions Options), TextTask> _tasks = new();
    private int _holders = 1;

    internal ServedModel(
        InferenceScheduler scheduler, string name, string sha256, TextModel model, ServedModelOptions options, CostModel cost)
    {
        _scheduler = scheduler;
        _options = options;
        Name = name;
        Sha256 = sha256;
        Model = model;
        LoadedAt = scheduler.Time.GetUtcNow();
        MemoryBytes = MemoryOf(model.Config, model.Transformer.Precision, options.Model.Weights);
        Work = new ModelWork(
            name, model.Config.LayerCount, model.Config.HiddenSize, cost, scheduler.Options.ExpressShare,
            () => new ModelStepper(model.Transformer));
        // Heads pack their weights when they are made: now, not with the first request.
        Tasks = [.. TaskDescription.All.Where(task => task.CanBeDoneBy(model.Transformer) && TryCreate(task))];
    }

    /// <summary>The bits of a vector that this machine computes with: what the last digits of a result depend on.</summary>
    public static int VectorWidth => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>What it is asked for by.</summary>
    public string Name { get; }

    /// <summary>Which version it is: the beginning of <see cref="Sha256"/>.</summary>
    public string Version => Sha256[..12];

    /// <summary>
    /// The SHA-256 of its file, in hexadecimal; of a directory, that of a line for each of its files in order of their names,
    /// <c>sha256  name</c> and a newline.
    /// </summary>
    public string Sha256 { get; }

    /// <summary>The opened model.</summary>
    public TextModel Model { get; }

    /// <summary>What it can be asked for.</summary>
    public IReadOnlyList<TaskDescription> Tasks { get; }

    /// <summary>When it was loaded.</summary>
    public DateTimeOffset LoadedAt { get; }

    /// <summary>About how much memory its weights take.</summary>
    public long MemoryBytes { get; }

    /// <summary>Which of all models and versions that this process has loaded it is.</summary>
    internal long Number { get; } = Interlocked.Increment(ref _last);

    internal ModelWork Work { get; }

    /// <summary>A task of the model, made once for each way of meeting texts.</summary>
    /// <param name="options">How texts meet it; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model cannot be asked for that, or not with these options; says what it can be asked for.</exception>
    public TTask Task<TTask>(TaskOptions? options = null)
        where TTask : TextTask
    {
        options ??= TaskOptions.Default;
        if (_tasks.TryGetValue((typeof(TTask), options), out TextTask? task))
            return (TTask)task;
        TaskDescription description = TaskDescription.Of(typeof(TTask));
        if (!description.CanBeDoneBy(Model.Transformer))
        {
            throw new ArgumentException(
                $"model {Name} has no head for {description.Name}; it has {string.Join(", ", Tasks.Select(task => task.Name))}");
        }
        task = Create(description, options);
        return (TTask)(_tasks.Count < MostTasks ? _tasks.GetOrAdd((typeof(TTask), options), task) : task);
    }

    /// <summary>Keeps the version open.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    internal ModelLease Hold() => TryHold() ?? throw new ObjectDisposedException(nameof(ServedModel), $"model {Name} {Version} is closed");

    /// <summary>Keeps the version open; null where it is closed.</summary>
    internal ModelLease? TryHold()
    {
        int holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            int seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
                return new ModelLease(this);
            holders = seen;
        }
        return null;
    }

    internal void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
            return;
        _scheduler.Queue.Close(Work);
        Model.Dispose();
    }

    /// <summary>About how much memory a model's weights take.</summary>
    internal static long MemoryOf(ModelConfig config, WeightPrecision? precision, WeightAccess access)
    {
        long hidden = config.HiddenSize, layer = (4 * hidden * hidden) + (2 * hidden * config.IntermediateSize);
        long layers = layer * config.GroupCount * config.InnerGroupCount * (precision switch
        {
            WeightPrecision.Int8 => sizeof(sbyte),
            WeightPrecision.Int16 => sizeof(short),
            _ => sizeof(float),
        });
        long table = (long)config.VocabularySize * config.EmbeddingSize * sizeof(float);
        // The decoder of masked words is a packed copy of the word embeddings.
        return layers + table + (access == WeightAccess.Copied ? table : 0);
    }

    private bool TryCreate(TaskDescription description)
    {
        try
        {
            _tasks[(description.TaskType, TaskOptions.Default)] = Create(description, TaskOptions.Default);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // A tokenizer without a mask, modules that are not supported: the model serves what else it can.
            return false;
        }
    }

    private TextTask Create(TaskDescription description, TaskOptions options) => description.TaskType == typeof(TextEmbedder)
        ? new TextEmbedder(Model, _options.Embedding, options)
        : description.Create(Model, options);
}
