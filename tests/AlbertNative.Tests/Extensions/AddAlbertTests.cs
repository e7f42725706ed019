using AlbertNative.Extensions.AI;
using AlbertNative.Model;
using AlbertNative.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AlbertNative.Tests.Extensions;

/// <summary><c>services.AddAlbert(...)</c>: what it registers, when it loads, and who disposes.</summary>
public sealed class AddAlbertTests
{
    [Fact]
    public void The_default_model_serves_every_task_that_its_checkpoint_has()
    {
        using ServiceProvider services = Services(s => s.AddAlbert(o => o.ModelPath = ShippedModels.Nano));
        Assert.NotEmpty(services.GetRequiredService<MaskFiller>().Fill("The king of [MASK]."));
        Assert.Equal(192, services.GetRequiredService<TextEmbedder>().Dimension);
        Assert.True(services.GetRequiredService<SentenceOrderPredictor>().Predict("a", "b").InOrder > 0);
        Assert.Same(services.GetRequiredService<MaskFiller>(), services.GetRequiredService<AlbertRunner<MaskFiller>>().Task);
        Assert.Same(
            services.GetRequiredService<TextEmbedder>(),
            services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GetService<TextEmbedder>());
        Assert.Same(
            services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>(),
            services.GetRequiredService<IEmbeddingGenerator>());
    }

    [Fact]
    public void Every_task_that_there_is_is_a_service_with_its_runner()
    {
        ServiceCollection services = [];
        services.AddAlbert(o => o.ModelPath = ShippedModels.Nano).AddAlbert("other", o => o.ModelPath = ShippedModels.Nano);
        Assert.All(TaskDescription.All.SelectMany(task => (Type[])[task.TaskType, typeof(AlbertRunner<>).MakeGenericType(task.TaskType)]), type =>
            Assert.Equal([null, "other"], services.Where(service => service.ServiceType == type).Select(service => service.ServiceKey)));
    }

    [Fact]
    public void Named_models_stand_beside_each_other()
    {
        using ServiceProvider services = Services(s => s
            .AddAlbert(o => o.ModelPath = ShippedModels.Nano)
            .AddAlbert("tagger", o => o.ModelPath = ShippedModels.Tagger)
            .AddAlbert("windows", o =>
            {
                o.ModelPath = ShippedModels.Nano;
                o.ModelId = "nano-in-windows";
                o.Task = new() { Overlong = Overlong.Window() };
                o.Embedding = new() { Normalize = true };
            }));
        TokenClassifier tagger = services.GetRequiredKeyedService<TokenClassifier>("tagger");
        Assert.Contains("NOUN", tagger.Config.Labels);
        Assert.Null(services.GetKeyedService<TokenClassifier>("another"));

        var generator = services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("windows");
        Assert.Same(generator, services.GetRequiredKeyedService<IEmbeddingGenerator>("windows"));
        Assert.Equal("nano-in-windows", generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId);
        float[] vector = generator.GetService<TextEmbedder>()!.Embed(string.Join(' ', Enumerable.Repeat("king", 500)));
        Assert.Equal(1, vector.Sum(x => x * x), 1e-4);
        Assert.Throws<OverlongTextException>(() =>
            services.GetRequiredService<TextEmbedder>().Embed(string.Join(' ', Enumerable.Repeat("king", 500))));
    }

    [Fact]
    public void Nothing_is_loaded_before_it_is_used_and_a_failed_load_is_tried_again()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        bool exists = false;
        using ServiceProvider services = Services(s => s.AddAlbert(o => o.ModelPath = exists ? ShippedModels.Nano : path));
        var runner = services.GetRequiredService<AlbertRunner<MaskFiller>>();
        Assert.ThrowsAny<IOException>(() => runner.Task);
        Assert.ThrowsAny<IOException>(() => runner.Task);

        exists = true;
        services.GetRequiredService<IOptionsMonitorCache<AlbertOptions>>().Clear();
        Assert.NotNull(runner.Task);
    }

    [Fact]
    public async Task The_host_loads_at_startup_what_it_is_told_to()
    {
        LogCollector log = new();
        using ServiceProvider services = Services(s => s
            .AddAlbert(o => { o.ModelPath = ShippedModels.Nano; o.LoadAtStartup<MaskFiller>(); })
            .AddAlbert("tagger", o => { o.ModelPath = ShippedModels.Tagger; o.LoadAtStartup<TokenClassifier>(); })
            .AddSingleton<ILoggerFactory>(log));
        Assert.Empty(log.Lines);
        await Start(services);
        Assert.Equal(2, log.Lines.Count(line => line.StartsWith("Information: Opened ", StringComparison.Ordinal)));
        services.GetRequiredService<MaskFiller>();
        Assert.Equal(2, log.Lines.Count);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_stops_the_start()
    {
        string path = Path.GetTempFileName();
        LogCollector log = new();
        using ServiceProvider services = Services(s => s
            .AddAlbert(o => { o.ModelPath = path; o.LoadAtStartup<MaskFiller>(); })
            .AddSingleton<ILoggerFactory>(log));
        await Assert.ThrowsAnyAsync<FormatException>(() => Start(services));
        Assert.Contains(log.Lines, line => line.StartsWith("Error: ", StringComparison.Ordinal) && line.Contains(path, StringComparison.Ordinal));
        File.Delete(path);
    }

    [Fact]
    public async Task A_model_that_is_not_there_stops_the_start_though_nothing_is_to_be_loaded_yet()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using ServiceProvider services = Services(s => s
            .AddAlbert(o => o.ModelPath = "org/name@main")
            .AddAlbert("nano", o => o.ModelPath = ShippedModels.Nano)
            .AddAlbert("tagger", o => o.ModelPath = path));
        FileNotFoundException missing = await Assert.ThrowsAsync<FileNotFoundException>(() => Start(services));
        Assert.Contains("'tagger'", missing.Message, StringComparison.Ordinal);
        Assert.Contains(path, missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_options_stop_the_start_before_any_service_starts()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddAlbert("tagger", _ => { });
        using IHost host = builder.Build();
        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
    }

    [Fact]
    public void The_container_disposes_what_it_loaded()
    {
        ServiceProvider services = Services(s => s.AddAlbert(o => o.ModelPath = ShippedModels.Nano));
        MaskFiller filler = services.GetRequiredService<MaskFiller>();
        services.Dispose();
        Assert.Throws<ObjectDisposedException>(() => filler.Fill("The king of [MASK]."));
    }

    [Fact]
    public async Task Calls_that_wait_when_the_container_goes_are_refused_by_their_queue_not_by_the_model()
    {
        ServiceProvider services = Services(s => s
            .AddAlbert(o => { o.ModelPath = ShippedModels.Nano; o.MaxConcurrentCalls = 1; })
            .AddSingleton<DisposedInBetween>());
        var runner = services.GetRequiredService<AlbertRunner<MaskFiller>>();
        var inBetween = services.GetRequiredService<DisposedInBetween>();
        using ManualResetEventSlim started = new();
        Task running = runner.RunAsync<int>(
            (filler, stop) =>
            {
                started.Set();
                while (true)
                    filler.Fill("The king of [MASK].", cancellationToken: stop);
            },
            TestContext.Current.CancellationToken);
        started.Wait(TestContext.Current.CancellationToken);
        Task<int> waiting = runner.RunAsync((filler, stop) => filler.Fill("[MASK]", cancellationToken: stop).Count, TestContext.Current.CancellationToken);
        inBetween.Awaited = waiting;

        await services.DisposeAsync();
        ObjectDisposedException refused = await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.Contains(nameof(AlbertRunner<>), refused.ObjectName, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => running);
    }

    [Fact]
    public void Options_without_a_path_or_with_an_impossible_number_of_calls_are_refused()
    {
        using ServiceProvider empty = Services(s => s.AddAlbert(_ => { }));
        Assert.Contains("ModelPath", Assert.Throws<OptionsValidationException>(empty.GetRequiredService<MaskFiller>).Message);
        using ServiceProvider none = Services(s => s.AddAlbert(o => { o.ModelPath = ShippedModels.Nano; o.MaxConcurrentCalls = 0; }));
        Assert.Contains("MaxConcurrentCalls", Assert.Throws<OptionsValidationException>(none.GetRequiredService<AlbertRunner<MaskFiller>>).Message);
    }

    [Fact]
    public void Every_option_is_validated_by_its_name()
    {
        (string Name, Action<AlbertOptions> Set)[] bad =
        [
            ("Model.Threads", o => o.Model = new() { Threads = -1 }),
            ("Task.MaxLength", o => o.Task = new() { MaxLength = 0 }),
            ("Task.BatchTokens", o => o.Task = new() { BatchTokens = 0 }),
            ("Task or .Embedding", o => o.Task = null!),
            ("Task or .Embedding", o => o.Embedding = null!),
            ("Model.Weights", o => o.Model = new() { Weights = (WeightAccess)99 }),
            ("Embedding.Pooling", o => o.Embedding = new() { Pooling = (Pooling)99 }),
            ("Embedding.Words", o => o.Embedding = new() { Words = (WordPooling)99 }),
        ];
        foreach ((string name, Action<AlbertOptions> set) in bad)
        {
            using ServiceProvider services = Services(s => s.AddAlbert(o =>
            {
                o.ModelPath = ShippedModels.Nano;
                set(o);
            }));
#pragma warning disable SYSLIB0066 // its successor is of .NET 11 alone
            OptionsValidationException e = Assert.Throws<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate);
#pragma warning restore SYSLIB0066
            Assert.Contains(name, e.Message);
        }
    }

    [Theory]
    [InlineData("models/albert-nano", "albert-nano")]
    [InlineData("models/albert-nano/", "albert-nano")]
    [InlineData("albert-nano.safetensors", "albert-nano")]
    public void A_model_without_a_name_is_called_by_its_path(string path, string name) =>
        Assert.Equal(name, new AlbertOptions { ModelPath = path }.EffectiveModelId);

    /// <summary>Made after the runner and before the task; gives calls that wait the time to come to a disposed task.</summary>
    private sealed class DisposedInBetween : IDisposable
    {
        public Task? Awaited { get; set; }

        public void Dispose() => ((IAsyncResult?)Awaited)?.AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(30));
    }

    private static ServiceProvider Services(Action<IServiceCollection> add)
    {
        ServiceCollection services = new();
        add(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    private static async Task Start(IServiceProvider services)
    {
        foreach (IHostedService hosted in services.GetServices<IHostedService>())
            await hosted.StartAsync(TestContext.Current.CancellationToken);
    }
}
