// ALBERT behind HTTP: vectors, filled masks and parts of speech.
//
//     dotnet run --project samples/WebApi -- --urls http://localhost:5000

using AlbertNative;
using AlbertNative.Extensions.AI;
using Microsoft.Extensions.AI;
using WebApi;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
string models = builder.Configuration["Models"] ?? Path.Combine(AppContext.BaseDirectory, "models");

builder.Services.AddAlbert(options =>
{
    options.ModelPath = Path.Combine(models, "albert-nano.safetensors");
    options.Embedding = new() { Normalize = true };
    options.LoadAtStartup<TextEmbedder>();
    options.LoadAtStartup<MaskFiller>();
});
// Parts of speech are wanted less often: this model is loaded when the first request asks for it.
builder.Services.AddAlbert("tagger", options => options.ModelPath = Path.Combine(models, "albert-nano-fa-upos.safetensors"));

builder.Services.AddHealthChecks();
builder.Services.ConfigureHttpJsonOptions(json =>
{
    json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
    json.SerializerOptions.RespectNullableAnnotations = true;
    json.SerializerOptions.RespectRequiredConstructorParameters = true;
});

WebApplication app = builder.Build();
app.UseBadRequests();
app.MapHealthChecks("/health");

app.MapPost("/embed", async (EmbedRequest request, IEmbeddingGenerator<string, Embedding<float>> generator, CancellationToken cancellationToken) =>
{
    GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(request.Texts, cancellationToken: cancellationToken);
    return new EmbedResponse([.. embeddings.Select(embedding => embedding.Vector)], embeddings.Usage?.InputTokenCount ?? 0);
});

app.MapPost("/fill-mask", async (FillMaskRequest request, AlbertRunner<MaskFiller> runner, CancellationToken cancellationToken) =>
{
    FillMaskOptions options = new() { TopK = request.TopK };
    return await runner.RunAsync((filler, stop) => filler.Fill(request.Text, options, stop), cancellationToken);
});

app.MapPost("/tag", async (
    TagRequest request, [FromKeyedServices("tagger")] AlbertRunner<TokenClassifier> runner, CancellationToken cancellationToken) =>
{
    TokenClassificationOptions options = new() { Aggregation = AggregationStrategy.First };
    IReadOnlyList<Entity> words = await runner.RunAsync((tagger, stop) => tagger.Classify(request.Text, options, stop), cancellationToken);
    return words.Select(word => new TaggedWord(request.Text[word.Span.Start..word.Span.End].Trim(), word.Label, word.Score)).ToArray();
});

await app.RunAsync();
