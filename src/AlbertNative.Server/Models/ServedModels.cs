using AlbertNative.Hub;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Requests;
using AlbertNative.Serving;

namespace AlbertNative.Server.Models;

/// <summary>The models of a server, from the first byte of the first one read until it ends.</summary>
internal sealed class ServedModels(ServerOptions options, ModelRegistry registry)
{
    private readonly TaskCompletionSource<IReadOnlyList<ServedModel>> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether all of them can answer.</summary>
    public bool AreReady => _loaded.Task.IsCompletedSuccessfully;

    /// <summary>Ends when all of them can answer, or with the fault of one that cannot.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>Those that can answer: all, or none yet.</summary>
    public IReadOnlyList<ServedModel> All => AreReady ? _loaded.Task.Result : [];

    /// <summary>The model of requests that name none; null until it is loaded.</summary>
    public ServedModel? Default => All.FirstOrDefault(model => model.Name == DefaultName);

    /// <summary>The names of all, loaded or not.</summary>
    public IEnumerable<string> Names => options.Models.Select(model => model.Name);

    /// <summary>Opens every model and lets a text through it. Called once.</summary>
    /// <exception cref="ModelLoadException">A model cannot be served; says why.</exception>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="HubException">The named model could not be fetched.</exception>
    /// <exception cref="FormatException">A model lacks the weights of what is asked of it.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        List<ServedModel> models = [];
        try
        {
            foreach (ModelSpec spec in options.Models)
                registry.Require(spec.Name);
            foreach (ModelSpec spec in options.Models)
                models.Add(await OpenAsync(spec, cancellation).ConfigureAwait(false));
            _loaded.SetResult(models);
        }
        catch (Exception e)
        {
            _loaded.TrySetException(e);
            _ = _loaded.Task.Exception; // whoever waits gets it; where nobody does it is the caller's
            throw;
        }
    }

    /// <summary>The model of a request, which waits a little for one that is being loaded.</summary>
    /// <param name="request">The request, which is told its model.</param>
    /// <param name="name">Its name; null for what the header <c>x-model</c> says, or the default.</param>
    /// <exception cref="RequestException">There is none of the name, or none yet, or the request's key may not use it.</exception>
    public async ValueTask<ServedModel> FindAsync(ServerRequest request, string? name = null)
    {
        if (!AreReady)
            await WaitAsync(request.Cancellation).ConfigureAwait(false);
        name ??= (string?)request.Http.Request.Headers["x-model"] ?? DefaultName;
        ServedModel model = All.FirstOrDefault(model => model.Name == name)
            ?? throw new RequestException(ErrorKind.NoSuchModel, "no model of this name is served", "model");
        if (!request.Client.MayUse(model.Name))
            throw new RequestException(ErrorKind.Forbidden, "the key may not use this model", "model");
        return request.Model = model;
    }

    private string DefaultName => options.DefaultModel ?? options.Models[0].Name;

    // A refusal is not answered at once: some clients try again without any pause.
    private async Task WaitAsync(CancellationToken cancellation)
    {
        try
        {
            await _loaded.Task.WaitAsync(options.NotReadyDelay, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new RequestException(ErrorKind.NotReady, "the models are not loaded yet") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }

    private async Task<ServedModel> OpenAsync(ModelSpec spec, CancellationToken cancellation)
    {
        ServedModelOptions loading = new()
        {
            Model = new TextModelOptions { Threads = options.Threads, Weights = options.Weights, Precision = spec.Precision },
            Embedding = ServedModel.EmbeddingOf(spec),
        };
        string path = await HubModel.ResolveAsync(spec.Path, cancellationToken: cancellation).ConfigureAwait(false);
        ServedModel served = new(spec, await registry.LoadAsync(spec.Name, path, loading, cancellation).ConfigureAwait(false));
        WarmUp(served, cancellation);
        return served;
    }

    /// <summary>What the first request would otherwise wait for, and find wrong.</summary>
    private static void WarmUp(ServedModel served, CancellationToken cancellation)
    {
        const string text = "albert";
        if (served.Kind != ModelKind.Embedding)
            served.Classifier(Overlong.Refuse).Classify(text, null, cancellation);
        else if (served.IsSplade)
            served.SparseEmbedder(Overlong.Refuse).Embed(text, cancellation);
        else
            served.Embedder(Overlong.Refuse).Embed(text, new EmbeddingRequest { PromptName = served.Spec.DefaultPrompt }, cancellation);
    }
}
