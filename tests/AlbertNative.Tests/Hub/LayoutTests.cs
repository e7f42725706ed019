using System.Globalization;
using System.Text.Json;
using AlbertNative.Hub;

namespace AlbertNative.Tests.Hub;

/// <summary>Models whose files say themselves which others belong to them.</summary>
public sealed class LayoutTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transformer_in_a_folder_of_its_own_is_fetched_from_there()
    {
        FakeModel model = new FakeModel("org/albert", FakeModel.FirstCommit)
            .Add("modules.json", """[{"path": "0_Transformer"}, {"path": "1_Pooling"}, {"path": "2_Normalize"}]""")
            .Add("config_sentence_transformers.json", "{}")
            .Add("0_Transformer/config.json", """{"model_type": "albert"}""")
            .Add("0_Transformer/sentence_albert_config.json", """{"max_seq_length": 100}""")
            .AddLarge("0_Transformer/spiece.model", FakeModel.Bytes(1, 100))
            .AddLarge("0_Transformer/pytorch_model.bin.index.json", """{"weight_map": {"a": "part.bin"}}"""u8.ToArray())
            .AddLarge("0_Transformer/part.bin", FakeModel.Bytes(2, 100))
            .Add("1_Pooling/config.json", "{}");
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using HubClient client = hub.Client();
        Assert.Null(client.TryFindCached("org/albert"));
        string snapshot = await client.DownloadAsync("org/albert", cancellationToken: Cancel);
        foreach ((string name, FakeFile file) in model.Files)
            Assert.Equal(file.Content, await File.ReadAllBytesAsync(Path.Combine(snapshot, name), Cancel));

        hub.Hub.Seen.Clear();
        Assert.Equal(snapshot, await client.ResolveAsync("org/albert", cancellationToken: Cancel));
        Assert.Empty(hub.Hub.Seen);
        File.Delete(Path.Combine(snapshot, "0_Transformer", "part.bin"));
        Assert.Null(client.TryFindCached("org/albert"));
    }

    [Fact]
    public async Task Weights_of_a_later_module_are_fetched_in_one_format()
    {
        FakeModel model = FakeModel.Albert()
            .Add("modules.json", """[{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Dense"}, {"path": "3_Dense"}]""")
            .Add("1_Pooling/config.json", "{}")
            .Add("2_Dense/config.json", "{}")
            .AddLarge("2_Dense/model.safetensors", FakeModel.Bytes(1, 100))
            .AddLarge("2_Dense/pytorch_model.bin", FakeModel.Bytes(2, 100))
            .AddLarge("3_Dense/pytorch_model.bin", FakeModel.Bytes(3, 100));
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using HubClient client = hub.Client();
        string snapshot = await client.DownloadAsync("org/albert", cancellationToken: Cancel);
        Assert.True(File.Exists(Path.Combine(snapshot, "2_Dense", "model.safetensors")));
        Assert.False(File.Exists(Path.Combine(snapshot, "2_Dense", "pytorch_model.bin")));
        Assert.True(File.Exists(Path.Combine(snapshot, "3_Dense", "pytorch_model.bin")));

        hub.Hub.Seen.Clear();
        Assert.Equal(snapshot, await client.ResolveAsync("org/albert", cancellationToken: Cancel));
        Assert.Empty(hub.Hub.Seen);
        File.Delete(Path.Combine(snapshot, "3_Dense", "pytorch_model.bin"));
        await client.ResolveAsync("org/albert", cancellationToken: Cancel);
        Assert.True(File.Exists(Path.Combine(snapshot, "3_Dense", "pytorch_model.bin")));
    }

    [Fact]
    public async Task Another_architecture_in_a_folder_is_refused()
    {
        FakeModel model = new FakeModel("org/albert", FakeModel.FirstCommit)
            .Add("modules.json", """[{"path": "0_Transformer"}, {"path": "1_Pooling"}]""")
            .Add("0_Transformer/config.json", """{"model_type": "roberta"}""");
        await using FakeHub hub = await FakeHub.StartAsync(model);
        using HubClient client = hub.Client();
        HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync("org/albert", cancellationToken: Cancel));
        Assert.Equal(HubFailure.NotAlbert, e.Failure);
    }

    [Fact]
    public async Task Many_shards_are_asked_for_a_few_at_a_time()
    {
        FakeModel model = WithShards(60);
        int now = 0, most = 0;
        await using FakeHub hub = await FakeHub.StartAsync(model);
        hub.Fault = async (_, _) =>
        {
            int asked = Interlocked.Increment(ref now);
            for (int seen = most; asked > seen; seen = most)
                Interlocked.CompareExchange(ref most, asked, seen);
            await Task.Delay(10);
            Interlocked.Decrement(ref now);
            return false;
        };
        using HubClient client = hub.Client();
        string snapshot = await client.DownloadAsync("org/albert", cancellationToken: Cancel);
        Assert.Equal(60, Directory.GetFiles(snapshot, "model-*.safetensors").Length);
        Assert.InRange(most, 1, 8);
    }

    [Fact]
    public async Task More_shards_or_modules_than_any_model_has_are_refused_before_any_is_asked_for()
    {
        FakeModel modules = FakeModel.Albert("org/modules")
            .Add("modules.json", JsonSerializer.Serialize(Enumerable.Range(0, 1000).Select(i => new { path = $"m{i}" })));
        await using FakeHub hub = await FakeHub.StartAsync(WithShards(300), modules);
        using HubClient client = hub.Client();
        foreach (string repository in new[] { "org/albert", "org/modules" })
        {
            HubException e = await Assert.ThrowsAsync<HubException>(() => client.DownloadAsync(repository, cancellationToken: Cancel));
            Assert.Equal(HubFailure.InvalidResponse, e.Failure);
            Assert.Contains("more than", e.Message);
        }
        Assert.DoesNotContain(hub.Hub.Seen, request => request.Path.Contains("model-") || request.Path.Contains("/m1"));
    }

    private static FakeModel WithShards(int count)
    {
        FakeModel model = FakeModel.Albert().Without("model.safetensors");
        string[] shards = [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"model-{i:D5}.safetensors"))];
        foreach (string shard in shards)
            model.Add(shard, shard);
        return model.Add("model.safetensors.index.json", JsonSerializer.Serialize(
            new { weight_map = shards.ToDictionary(shard => "tensor of " + shard) }));
    }
}
