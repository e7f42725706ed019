using System.Reflection;
using System.Runtime.Loader;
using AlbertNative.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag.CodeGeneration.CSharp;

namespace AlbertNative.Tests.Server;

/// <summary>
/// A client in C# that a generator makes of the OpenAPI document compiles without a warning, and gets the library's bits and the
/// dialects' errors from the server that the document is of.
/// </summary>
public sealed class GeneratedClientTests
{
    private const string Calls = "tests/AlbertNative.Tests/Server/Clients/GeneratedClientCalls.cs";

    [Fact]
    public async Task A_client_that_is_generated_from_the_document_compiles_and_works()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("model", $"nano={ShippedModels.Nano}"), ("model", $"tagger={ShippedModels.Tagger}"), ("model", $"intents={ShippedModels.BankingIntents}"));
        Type calls = Compile(await GenerateAsync((await server.GetAsync("/openapi.json")).Text));

        await RequireBitsAsync(server, calls);
        await RequireRefusalsAsync(server, calls);
    }

    private static async Task RequireBitsAsync(LoopbackServerApp server, Type calls)
    {
        using (TextEmbedder embedder = TextEmbedder.Load(ShippedModels.Nano, new EmbeddingOptions { Normalize = false }))
        {
            Assert.Equal(new[] { embedder.Embed("the king"), embedder.Embed("شاه") }, await AskAsync<float[][]>(calls, "NativeEmbed", server.Client, new[] { "the king", "شاه" }));
        }
        using (TextEmbedder embedder = TextEmbedder.Load(ShippedModels.Nano, new EmbeddingOptions { Normalize = true }))
        {
            Assert.Equal(new[] { embedder.Embed("the king") }, await AskAsync<float[][]>(calls, "TeiEmbed", server.Client, "the king"));
            Assert.Equal(embedder.Embed("the king"), await AskAsync<float[]>(calls, "Infer", server.Client, "nano", "the king"));
        }
        using (MaskFiller filler = MaskFiller.Load(ShippedModels.Nano))
        {
            const string text = "The [MASK] of Israel.";
            Assert.Equal(
                filler.Fill(text, new FillMaskOptions { TopK = 3 })[0].Select(fill => (fill.Text, fill.Score)),
                await AskAsync<(string, float)[]>(calls, "FillMask", server.Client, text));
        }
        using (TextClassifier classifier = TextClassifier.Load(ShippedModels.BankingIntents))
        {
            (string, float)[] labels = [.. classifier.Classify("where is my card?").Select(label => (label.Label, label.Score))];
            Assert.Equal(labels, await AskAsync<(string, float)[]>(calls, "Classify", server.Client, "intents", "where is my card?"));
            Assert.Equal(labels.Order(), (await AskAsync<(string, float)[]>(calls, "TeiPredict", server.Client, "intents", "where is my card?")).Order());
        }
        using (TokenClassifier tagger = TokenClassifier.Load(ShippedModels.Tagger))
        {
            const string text = "من به تهران رفتم";
            Assert.Equal(
                tagger.Classify(text, new TokenClassificationOptions { Aggregation = AggregationStrategy.Simple }).Select(entity => (entity.Word, entity.Span.Start, entity.Span.End)),
                await AskAsync<(string, int, int)[]>(calls, "Tag", server.Client, "tagger", text));
        }
        Assert.Equal(new[] { "nano", "nano", "nano" }, await AskAsync<string[]>(calls, "Describe", server.Client));
    }

    private static async Task RequireRefusalsAsync(LoopbackServerApp server, Type calls)
    {
        (int Status, string Message, string Kind)[] refusals = await AskAsync<(int, string, string)[]>(calls, "Refusals", server.Client);

        Assert.Equal((400, "Empty"), (refusals[0].Status, refusals[0].Kind));
        Assert.Equal((404, "model_not_found"), (refusals[1].Status, refusals[1].Kind));
        Assert.Equal((404, "no_such_model"), (refusals[2].Status, refusals[2].Kind));
        Assert.Equal(404, refusals[3].Status);
        Assert.Contains("cannot be empty", refusals[0].Message, StringComparison.Ordinal);
        Assert.All(refusals[1..], refusal => Assert.Contains("no model of this name is served", refusal.Message, StringComparison.Ordinal));
    }

    private static async Task<string> GenerateAsync(string document)
    {
        CSharpClientGeneratorSettings settings = new()
        {
            ClassName = "AlbertClient",
            ExceptionClass = "AlbertException",
            UseBaseUrl = false,
            GenerateOptionalParameters = true,
        };
        settings.CSharpGeneratorSettings.Namespace = "Generated";
        settings.CSharpGeneratorSettings.JsonLibrary = CSharpJsonLibrary.SystemTextJson;
        settings.CSharpGeneratorSettings.JsonLibraryVersion = 9.0m;
        settings.CSharpGeneratorSettings.GenerateNullableReferenceTypes = true;
        settings.CSharpGeneratorSettings.GenerateOptionalPropertiesAsNullable = true;
        return new CSharpClientGenerator(await NSwag.OpenApiDocument.FromJsonAsync(document, TestContext.Current.CancellationToken), settings).GenerateFile();
    }

    /// <summary>Compiles a client and what calls it.</summary>
    private static Type Compile(string client)
    {
        string calls = File.ReadAllText(Path.Combine(SharedFolder.Repository, Calls));
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Generated",
            [.. new[] { client, calls }.Select(source => CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken))],
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(IsOfTheFramework).Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using MemoryStream assembly = new();
        EmitResult emitted = compilation.Emit(assembly, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(emitted.Diagnostics.Where(found => found.Severity >= DiagnosticSeverity.Warning).Select(found => found.ToString()));
        assembly.Position = 0;
        return new AssemblyLoadContext("Generated", isCollectible: true).LoadFromStream(assembly).GetType("Generated.GeneratedClientCalls", throwOnError: true)!;
    }

    /// <summary>A client needs nothing but what .NET has.</summary>
    private static bool IsOfTheFramework(string file) => Path.GetDirectoryName(file) == Path.GetDirectoryName(typeof(object).Assembly.Location);

    private static Task<T> AskAsync<T>(Type calls, string method, params object[] arguments) =>
        (Task<T>)calls.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.Invoke(null, arguments)!;
}
