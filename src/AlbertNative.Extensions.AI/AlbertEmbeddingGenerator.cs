using System.Diagnostics;
using AlbertNative.Extensions.AI.Telemetry;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace AlbertNative.Extensions.AI;

/// <summary>
/// <see cref="TextEmbedder"/> as Microsoft.Extensions.AI's embedding generator. Thread-safe. Texts go through the
/// model in batches of <see cref="TaskOptions.BatchTokens"/>; the calls of many callers wait in one queue.
/// </summary>
public sealed class AlbertEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>What <see cref="EmbeddingGeneratorMetadata.ProviderName"/> and <c>gen_ai.provider.name</c> say.</summary>
    public const string ProviderName = AlbertTelemetry.ProviderName;

    private readonly AlbertRunner<TextEmbedder> _runner;
    private readonly bool _ownsRunner;

    /// <summary>Makes a generator of an embedder that the caller keeps.</summary>
    /// <param name="embedder">The embedder.</param>
    /// <param name="modelId">The model's name in metadata, logs, metrics and traces.</param>
    /// <param name="maxConcurrentCalls">How many calls run at once; null for the number of processors.</param>
    /// <param name="logger">Hears of calls and failures.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxConcurrentCalls"/> is below 1.</exception>
    public AlbertEmbeddingGenerator(TextEmbedder embedder, string modelId, int? maxConcurrentCalls = null, ILogger? logger = null)
        : this(new AlbertRunner<TextEmbedder>(embedder, modelId, maxConcurrentCalls, logger)) =>
        _ownsRunner = true;

    /// <summary>Makes a generator that waits in a queue together with its other callers.</summary>
    /// <param name="runner">The runner, which the caller keeps.</param>
    public AlbertEmbeddingGenerator(AlbertRunner<TextEmbedder> runner)
    {
        ArgumentNullException.ThrowIfNull(runner);
        _runner = runner;
    }

    /// <summary>A vector for each text, in order.</summary>
    /// <param name="values">The texts; read on another thread.</param>
    /// <param name="options">
    /// Where it names a model it must be this one; vectors are cut to its dimensions. Additional properties are for others
    /// to read.
    /// </param>
    /// <param name="cancellationToken">Gives up the place in the queue, or stops the computation.</param>
    /// <returns>The vectors, with the number of tokens that were computed.</returns>
    /// <exception cref="ArgumentException">The options ask for another model or more dimensions, or a text is too long.</exception>
    /// <exception cref="FormatException">The model cannot be loaded.</exception>
    /// <exception cref="IOException">The model cannot be read.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        CallUsage usage = new();
        List<Embedding<float>> embeddings = await _runner.RunAsync(Embed, usage, Describe, cancellationToken).ConfigureAwait(false);
        return new(embeddings) { Usage = new() { InputTokenCount = usage.Tokens, TotalTokenCount = usage.Tokens } };

        List<Embedding<float>> Embed(TextEmbedder embedder, CancellationToken cancellationToken)
        {
            RequireOwn(options);
            DateTimeOffset now = DateTimeOffset.UtcNow;
            return [.. embedder.Embed(values, new() { Dimensions = options?.Dimensions }, cancellationToken)
                .Select(vector => new Embedding<float>(vector) { ModelId = _runner.ModelId, CreatedAt = now })];
        }

        void Describe(Activity activity, List<Embedding<float>> results) =>
            activity.SetTag("gen_ai.embeddings.dimension.count", options?.Dimensions ?? _runner.Task.Dimension);
    }

    /// <summary>
    /// This generator, its <see cref="EmbeddingGeneratorMetadata"/>, its <see cref="TextEmbedder"/> or its runner. The
    /// metadata's dimensions come from the model, which is loaded for them if it is not yet.
    /// </summary>
    /// <exception cref="FormatException">The model cannot be loaded.</exception>
    /// <exception cref="IOException">The model cannot be read.</exception>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        if (serviceType == typeof(EmbeddingGeneratorMetadata))
            return new EmbeddingGeneratorMetadata(ProviderName, null, _runner.ModelId, _runner.Task.Dimension);
        if (serviceType == typeof(TextEmbedder))
            return _runner.Task;
        if (serviceType == typeof(AlbertRunner<TextEmbedder>))
            return _runner;
        return serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Refuses further calls where the generator has made its own runner; the embedder stays.</summary>
    public void Dispose()
    {
        if (_ownsRunner)
            _runner.Dispose();
    }

    private void RequireOwn(EmbeddingGenerationOptions? options)
    {
        if (options?.ModelId is { } model && model != _runner.ModelId)
            throw new ArgumentException($"the options ask for the model {model}, this one is {_runner.ModelId}", nameof(options));
    }
}
