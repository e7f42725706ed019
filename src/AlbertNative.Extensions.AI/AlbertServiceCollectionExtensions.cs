using System.Diagnostics;
using AlbertNative;
using AlbertNative.Extensions.AI;
using AlbertNative.Extensions.AI.Telemetry;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds ALBERT models to an application's services.</summary>
public static class AlbertServiceCollectionExtensions
{
    /// <summary>
    /// Adds the application's model: <c>IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;</c>, every task
    /// (<see cref="TextEmbedder"/>, <see cref="MaskFiller"/>, <see cref="TextClassifier"/>, <see cref="TokenClassifier"/>,
    /// <see cref="QuestionAnswerer"/>, <see cref="SentenceOrderPredictor"/>, <see cref="MultipleChoiceSelector"/>) and an
    /// <see cref="AlbertRunner{TTask}"/> of each, all as singletons. Nothing is loaded before it is used, unless
    /// <see cref="AlbertOptions.LoadAtStartup"/> says so; the container disposes what was loaded.
    /// </summary>
    /// <remarks>
    /// Heads differ, so each task that is used loads the model for itself, with weights in memory of its own: two tasks of
    /// one file take twice its memory. A host's start fails where the options are wrong or the model is not where they say.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Says where the model is.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddAlbert(this IServiceCollection services, Action<AlbertOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, null, configure);
    }

    /// <summary>Adds a further model: the same services, keyed by its name.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key, as in <c>[FromKeyedServices("tagger")] TokenClassifier tagger</c>; also the options' name.</param>
    /// <param name="configure">Says where the model is.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddAlbert(this IServiceCollection services, string name, Action<AlbertOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, name, configure);
    }

    private static IServiceCollection Add(IServiceCollection services, string? key, Action<AlbertOptions> configure)
    {
        services.AddOptions<AlbertOptions>(key ?? Options.Options.DefaultName)
            .Configure(configure)
            .Validate(options => !string.IsNullOrEmpty(options.ModelPath), $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.ModelPath)} is empty: AddAlbert must say where the model is")
            .Validate(options => options.MaxConcurrentCalls is null or >= 1, $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.MaxConcurrentCalls)} is below 1")
            .Validate(options => options.Task is not null && options.Embedding is not null, $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Task)} or .{nameof(AlbertOptions.Embedding)} is null")
            .Validate(options => options.Task?.Threads is null or >= 1, $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Task)}.{nameof(TaskOptions.Threads)} is below 1")
            .Validate(options => options.Task?.MaxLength is null or >= 1, $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Task)}.{nameof(TaskOptions.MaxLength)} is below 1")
            .Validate(options => options.Task?.BatchTokens is null or >= 1, $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Task)}.{nameof(TaskOptions.BatchTokens)} is below 1")
            .Validate(
                options => options.Embedding?.Pooling is not Pooling pooling || Enum.IsDefined(pooling),
                $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Embedding)}.{nameof(EmbeddingOptions.Pooling)} is no pooling")
            .ValidateOnStart();
        services.AddSingleton(new AddedModel(key));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ModelPreload>());

        AddTask(services, key, options => TextEmbedder.Load(options.ModelPath, options.Embedding, options.Task));
        AddTask(services, key, options => MaskFiller.Load(options.ModelPath, options.Task));
        AddTask(services, key, options => TextClassifier.Load(options.ModelPath, options.Task));
        AddTask(services, key, options => TokenClassifier.Load(options.ModelPath, options.Task));
        AddTask(services, key, options => QuestionAnswerer.Load(options.ModelPath, options.Task));
        AddTask(services, key, options => SentenceOrderPredictor.Load(options.ModelPath, options.Task));
        AddTask(services, key, options => MultipleChoiceSelector.Load(options.ModelPath, options.Task));
        services.TryAdd(new ServiceDescriptor(
            typeof(IEmbeddingGenerator<string, Embedding<float>>),
            key,
            (provider, _) => new AlbertEmbeddingGenerator(Keyed.Get<AlbertRunner<TextEmbedder>>(provider, key)),
            ServiceLifetime.Singleton));
        // As Microsoft.Extensions.AI's AddEmbeddingGenerator does.
        services.TryAdd(new ServiceDescriptor(
            typeof(IEmbeddingGenerator),
            key,
            (provider, _) => Keyed.Get<IEmbeddingGenerator<string, Embedding<float>>>(provider, key),
            ServiceLifetime.Singleton));
        return services;
    }

    private static void AddTask<TTask>(IServiceCollection services, string? key, Func<AlbertOptions, TTask> load)
        where TTask : AlbertTask
    {
        services.TryAdd(new ServiceDescriptor(typeof(TTask), key, (provider, _) => Load(provider, key, load), ServiceLifetime.Singleton));
        services.TryAdd(new ServiceDescriptor(
            typeof(AlbertRunner<TTask>),
            key,
            (provider, _) =>
            {
                AlbertOptions options = OptionsOf(provider, key);
                return new AlbertRunner<TTask>(
                    () => Keyed.Get<LoadedRunner<TTask>>(provider, key).Task, options.EffectiveModelId, options.MaxConcurrentCalls, Logger(provider));
            },
            ServiceLifetime.Singleton));
        services.TryAdd(new ServiceDescriptor(
            typeof(LoadedRunner<TTask>),
            key,
            (provider, _) => new LoadedRunner<TTask>(Keyed.Get<TTask>(provider, key), Keyed.Get<AlbertRunner<TTask>>(provider, key)),
            ServiceLifetime.Singleton));
    }

    private static TTask Load<TTask>(IServiceProvider provider, string? key, Func<AlbertOptions, TTask> load)
        where TTask : AlbertTask
    {
        AlbertOptions options = OptionsOf(provider, key);
        ILogger logger = Logger(provider);
        long start = Stopwatch.GetTimestamp();
        TTask task;
        try
        {
            task = load(options);
        }
        catch (Exception e)
        {
            Log.LoadFailed(logger, e, typeof(TTask).Name, options.ModelPath);
            throw;
        }
        Log.Loaded(logger, typeof(TTask).Name, options.ModelPath, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        CallUsage.CountBatchesOf(task);
        return task;
    }

    private static AlbertOptions OptionsOf(IServiceProvider provider, string? key) =>
        provider.GetRequiredService<IOptionsMonitor<AlbertOptions>>().Get(key ?? Options.Options.DefaultName);

    private static ILogger Logger(IServiceProvider provider) =>
        provider.GetService<ILoggerFactory>()?.CreateLogger(AlbertTelemetry.Name) ?? NullLogger.Instance;
}
