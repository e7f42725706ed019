using AlbertNative.Extensions.AI;
using AlbertNative.Hub;
using AlbertNative.Model;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Models;
using AlbertNative.Tests.Docs;
using AlbertNative.Tests.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Hub;

/// <summary>Whatever loads a model takes its name on the hub; the environment leads to one that the tests serve.</summary>
[Collection(WorkingFolder.Collection)]
public sealed class LoadByNameTests
{
    private const string Name = "m3hrdadfi/albert-fa-base-v2";
    private const string Unserved = "org/none";

    private static readonly string Snapshot = Path.Combine("models--m3hrdadfi--albert-fa-base-v2", "snapshots", FakeModel.FirstCommit);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, Action<string>> Loads => new()
    {
        { "config", name => ModelConfig.Load(name) },
        { "opened", name => TextModel.Open(name).Dispose() },
        { "model", name => PreTrainedModel.Open(name).Dispose() },
        { "asynchronously", name => PreTrainedModel.OpenAsync(name, cancellationToken: Cancel).GetAwaiter().GetResult().Dispose() },
        { "tokenizer", name => ModelTokenizer.Load(name) },
        { "embedder", name => TextEmbedder.Load(name).Dispose() },
        { "filler", name => MaskFiller.Load(name).Dispose() },
        { "order", name => SentenceOrderPredictor.Load(name).Dispose() },
        { "services", LoadThroughServices },
        { "server", LoadThroughServer },
    };

    /// <summary>Those whose heads the served model lacks.</summary>
    public static TheoryData<string, Action<string>> OtherHeads => new()
    {
        { "classifier", name => TextClassifier.Load(name) },
        { "tagger", name => TokenClassifier.Load(name) },
        { "answerer", name => QuestionAnswerer.Load(name) },
        { "selector", name => MultipleChoiceSelector.Load(name) },
    };

    [Theory]
    [MemberData(nameof(Loads), DisableDiscoveryEnumeration = true)]
    public void A_name_is_as_good_as_a_path(string what, Action<string> load)
    {
        _ = what;
        load(Name);
        load(Name + "@main");
        HubException e = Assert.Throws<HubException>(() => load(Unserved));
        Assert.Equal(HubFailure.RepositoryNotFound, e.Failure);
        Assert.Contains(Unserved, e.Message);
        Assert.Throws<FileNotFoundException>(() => load("./none"));
        Assert.Throws<FileNotFoundException>(() => load("weights/none.safetensors"));
    }

    [Theory]
    [MemberData(nameof(OtherHeads), DisableDiscoveryEnumeration = true)]
    public void A_head_that_the_named_model_lacks_is_told_of_its_files(string what, Action<string> load)
    {
        _ = what;
        Assert.Contains(Snapshot, Assert.ThrowsAny<FormatException>(() => load(Name)).Message);
    }

    [Fact]
    public void What_exists_is_a_path()
    {
        Directory.CreateDirectory(Unserved);
        Assert.Contains("config.json", Assert.ThrowsAny<FormatException>(() => PreTrainedModel.Open(Unserved)).Message);
        using ModelFiles files = ModelFiles.Open(Unserved);
        Assert.Equal(Unserved, files.Path);
        Directory.Delete("org", recursive: true);
    }

    [Fact]
    public void The_files_of_a_name_are_those_of_its_commit()
    {
        using ModelFiles files = ModelFiles.Open(Name);
        Assert.EndsWith(Snapshot, files.Path);
        Assert.StartsWith(files.Path, files.Checkpoint.Source);
    }

    [Fact]
    public void A_model_is_verified_by_its_name()
    {
        Assert.DoesNotContain(ModelVerifier.Verify(Name, Cancel), check => check.Result == CheckResult.Failed);
        ModelCheck unserved = ModelVerifier.Verify(Unserved, Cancel).First();
        Assert.Equal(CheckResult.Failed, unserved.Result);
        Assert.Contains($"has no model '{Unserved}'", unserved.Detail);
    }

    private static void LoadThroughServer(string name)
    {
        WebApplication app = AlbertServer.Build(LoopbackServerApp.Options(("model", $"m={name}")));
        try
        {
            app.Services.GetRequiredService<ServedModels>().LoadAsync((_, _) => { }, Cancel).GetAwaiter().GetResult();
        }
        finally
        {
            app.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static void LoadThroughServices(string name)
    {
        using ServiceProvider services = new ServiceCollection()
            .AddAlbert(options => options.ModelPath = name)
            .BuildServiceProvider();
        _ = services.GetRequiredService<AlbertRunner<MaskFiller>>().Task;
    }
}
