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
    // What a warm-up reads.
    private const string Word = "a";

    /// <summary>
    /// Adds the application's model: <c>IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;</c>, every task
    /// (<see cref="TextEmbedder"/>, <see cref="MaskFiller"/>, <see cref="TextClassifier"/>, <see cref="TokenClassifier"/>,
    /// <see cref="QuestionAnswerer"/>, <see cref="SentenceOrderPredictor"/>, <see cref="MultipleChoiceSelector"/>, <see cref="Reranker"/>,
    /// <see cref="SparseEmbedder"/>) and an <see cref="AlbertRunner{TTask}"/> of each, all as singletons. Nothing is loaded before it is used, unless
    /// <see cref="AlbertOptions.LoadAtStartup"/> or <see cref="AlbertOptions.WarmUp"/> says so; the container disposes what was loaded.
    /// </summary>
    /// <remarks>
    /// All tasks stand on one opened <see cref="TextModel"/>, a service too: four tasks of a file take its memory once. A
    /// host's start fails where the options are wrong or the model is not where they say.
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
            .Validate(options => options.Model is not null && options.Task is not null && options.Embedding is not null, $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Model)}, .{nameof(AlbertOptions.Task)} or .{nameof(AlbertOptions.Embedding)} is null")
            .Validate(options => options.Model?.Threads is null or >= 1, $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Model)}.{nameof(TextModelOptions.Threads)} is below 1")
            .Validate(options => options.Task?.MaxLength is null or >= 1, $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Task)}.{nameof(TaskOptions.MaxLength)} is below 1")
            .Validate(options => options.Task?.BatchTokens is null or >= 1, $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Task)}.{nameof(TaskOptions.BatchTokens)} is below 1")
            .Validate(options => IsDefined(options.Model?.Weights), $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Model)}.{nameof(TextModelOptions.Weights)} is no place for weights")
            .Validate(options => IsDefined(options.Embedding?.Pooling), $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Embedding)}.{nameof(EmbeddingOptions.Pooling)} is no pooling")
            .Validate(options => IsDefined(options.Embedding?.Words), $"{nameof(AlbertOptions)}.{nameof(AlbertOptions.Embedding)}.{nameof(EmbeddingOptions.Words)} is no pooling")
            .ValidateOnStart();
        services.AddSingleton(new AddedModel(key));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ModelPreload>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ModelWarmUp>());
        services.TryAdd(new ServiceDescriptor(typeof(ModelState), key, (_, _) => new ModelState(), ServiceLifetime.Singleton));

        services.TryAdd(new ServiceDescriptor(typeof(TextModel), key, (provider, _) => Open(provider, key), ServiceLifetime.Singleton));
        AddTask(services, key, (model, options) => new TextEmbedder(model, options.Embedding, options.Task), embedder => embedder.Embed(Word));
        AddTask(services, key, (model, options) => new MaskFiller(model, options.Task), filler => filler.Fill(filler.MaskToken));
        AddTask(services, key, (model, options) => new TextClassifier(model, options.Task), classifier => classifier.Classify(Word));
        AddTask(services, key, (model, options) => new TokenClassifier(model, options.Task), classifier => classifier.Classify(Word));
        AddTask(services, key, (model, options) => new QuestionAnswerer(model, options.Task), answerer => answerer.Answer(Word, Word));
        AddTask(services, key, (model, options) => new SentenceOrderPredictor(model, options.Task), predictor => predictor.Predict(Word, Word));
        AddTask(services, key, (model, options) => new MultipleChoiceSelector(model, options.Task), selector => selector.Select(Word, [Word]));
        AddTask(services, key, (model, options) => new Reranker(model, options.Task), reranker => reranker.Score(Word, Word));
        AddTask(services, key, (model, options) => new SparseEmbedder(model, options.Task), embedder => embedder.Embed(Word));
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

    private static bool IsDefined<TEnum>(TEnum? value)
        where TEnum : struct, Enum => value is null || Enum.IsDefined(value.Value);

    private static void AddTask<TTask>(
        IServiceCollection services, string? key, Func<TextModel, AlbertOptions, TTask> create, Action<TTask> runOnce)
        where TTask : TextTask
    {
        services.TryAdd(new ServiceDescriptor(typeof(TTask), key, (provider, _) => Create(provider, key, create), ServiceLifetime.Singleton));
        services.TryAdd(new ServiceDescriptor(
            typeof(AlbertRunner<TTask>),
            key,
            (provider, _) =>
            {
                AlbertOptions options = OptionsOf(provider, key);
                return new AlbertRunner<TTask>(
                    () => Keyed.Get<LoadedRunner<TTask>>(provider, key).Task, options.EffectiveModelId, options.MaxConcurrentCalls, Logger(provider), runOnce);
            },
            ServiceLifetime.Singleton));
        services.TryAdd(new ServiceDescriptor(
            typeof(LoadedRunner<TTask>),
            key,
            (provider, _) => new LoadedRunner<TTask>(Keyed.Get<TTask>(provider, key), Keyed.Get<AlbertRunner<TTask>>(provider, key)),
            ServiceLifetime.Singleton));
    }

    /// <summary>The model that all of its tasks stand on.</summary>
    private static TextModel Open(IServiceProvider provider, string? key)
    {
        AlbertOptions options = OptionsOf(provider, key);
        ILogger logger = Logger(provider);
        long start = Stopwatch.GetTimestamp();
        TextModel model;
        try
        {
            model = TextModel.Open(options.ModelPath, options.Model);
        }
        catch (Exception e)
        {
            Log.OpeningFailed(logger, e, options.ModelPath);
            Keyed.Get<ModelState>(provider, key).Failed(e);
            throw;
        }
        Keyed.Get<ModelState>(provider, key).Opened();
        Log.Opened(logger, options.ModelPath, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return model;
    }

    private static TTask Create<TTask>(IServiceProvider provider, string? key, Func<TextModel, AlbertOptions, TTask> create)
        where TTask : TextTask
    {
        AlbertOptions options = OptionsOf(provider, key);
        TextModel model = Keyed.Get<TextModel>(provider, key);
        TTask task;
        try
        {
            task = create(model, options);
        }
        catch (Exception e)
        {
            Log.LoadFailed(Logger(provider), e, typeof(TTask).Name, options.ModelPath);
            throw;
        }
        CallUsage.CountBatchesOf(task);
        return task;
    }

    private static AlbertOptions OptionsOf(IServiceProvider provider, string? key) =>
        provider.GetRequiredService<IOptionsMonitor<AlbertOptions>>().Of(key);

    private static ILogger Logger(IServiceProvider provider) =>
        provider.GetService<ILoggerFactory>()?.CreateLogger(AlbertTelemetry.Name) ?? NullLogger.Instance;
}
