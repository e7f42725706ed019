namespace AlbertNative.Extensions.AI;

/// <summary>A model of an application: where it is, and how its tasks read texts.</summary>
public sealed class AlbertOptions
{
    private readonly List<Action<IServiceProvider, object?>> _startup = [];
    private readonly List<Func<IServiceProvider, object?, CancellationToken, System.Threading.Tasks.Task>> _warmUps = [];

    /// <summary>
    /// The model: its directory, its file, or its name on the hub (<c>org/name</c>, <c>org/name@revision</c>), which is
    /// fetched when the model is loaded and the cache lacks it. Required.
    /// </summary>
    public string ModelPath { get; set; } = "";

    /// <summary>
    /// The model's name in embeddings' metadata, logs, metrics and traces; null for the last part of
    /// <see cref="ModelPath"/>, without <c>.safetensors</c>.
    /// </summary>
    public string? ModelId { get; set; }

    /// <summary>How the model is opened.</summary>
    public TextModelOptions Model { get; set; } = new();

    /// <summary>How the tasks read texts.</summary>
    public TaskOptions Task { get; set; } = TaskOptions.Default;

    /// <summary>How embeddings are made.</summary>
    public EmbeddingOptions Embedding { get; set; } = EmbeddingOptions.Default;

    /// <summary>
    /// How many calls of an <see cref="AlbertRunner{TTask}"/> run at once; the others wait without holding a thread.
    /// Null for the number of processors.
    /// </summary>
    public int? MaxConcurrentCalls { get; set; }

    internal string EffectiveModelId => ModelId ?? ModelName.Of(ModelPath);

    internal IReadOnlyList<Action<IServiceProvider, object?>> Startup => _startup;

    internal IReadOnlyList<Func<IServiceProvider, object?, CancellationToken, System.Threading.Tasks.Task>> WarmUps => _warmUps;

    /// <summary>
    /// Loads a task when the host starts, so that the first request need not wait and a bad file stops the start; a
    /// task that is not named here loads when it is first used.
    /// </summary>
    /// <typeparam name="TTask">The task that the application uses: <see cref="MaskFiller"/>, say.</typeparam>
    /// <returns>These options.</returns>
    public AlbertOptions LoadAtStartup<TTask>()
        where TTask : TextTask
    {
        _startup.Add(static (services, key) => Keyed.Get<TTask>(services, key));
        return this;
    }

    /// <summary>
    /// Loads a task and runs it once while the host goes on with its start; calls of its <see cref="AlbertRunner{TTask}"/>
    /// wait for that without a thread. Where it fails, it is tried again after a second, and then less and less often; the
    /// health check tells why.
    /// </summary>
    /// <typeparam name="TTask">The task that the application uses.</typeparam>
    /// <returns>These options.</returns>
    public AlbertOptions WarmUp<TTask>()
        where TTask : TextTask
    {
        _warmUps.Add(static (services, key, cancellationToken) => Keyed.Get<AlbertRunner<TTask>>(services, key).WarmUpAsync(cancellationToken));
        return this;
    }
}
