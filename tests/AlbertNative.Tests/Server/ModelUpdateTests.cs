using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlbertNative.Server.Models;
using AlbertNative.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>Models that come, go and are exchanged while the server answers.</summary>
public sealed class ModelUpdateTests : IDisposable
{
    private static readonly string[] Texts = ["the king of Judah", "شاه", "and the evening and the morning were the first day"];

    private readonly string _folder = Directory.CreateTempSubdirectory("albert-models").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_swap_under_load_loses_no_request_and_every_answer_is_wholly_of_the_version_that_it_names()
    {
        string link = LinkTo(ShippedModels.Nano);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("model", $"m={link}"));
        Dictionary<string, float[][]> expected = new[] { ShippedModels.Nano, ShippedModels.Tagger }.ToDictionary(VersionOf, VectorsOf);
        ConcurrentQueue<string> wrong = [];
        ConcurrentDictionary<string, int> answers = new();
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        Task[] clients = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                RawAnswer answer = await server.PostAsync("/embed", JsonSerializer.Serialize(new { inputs = Texts }));
                string version = answer.Headers.GetValueOrDefault("x-model-version", "");
                if (answer.Status != 200 || !expected.TryGetValue(version, out float[][]? vectors) || !Vectors(answer).SequenceEqual(vectors, VectorComparer.Bits))
                    wrong.Enqueue($"{answer.Status} {version} {answer.Text}");
                answers.AddOrUpdate(version, 1, (_, count) => count + 1);
            }
        }, CancellationToken.None))];
        for (int swap = 1; swap <= 6; swap++)
        {
            string path = swap % 2 == 0 ? ShippedModels.Nano : ShippedModels.Tagger;
            LinkTo(path);
            RawAnswer loaded = await server.PostAsync("/v2/repository/models/m/load", "{}");
            Assert.True(loaded.Status == 200, loaded.Text);
            Assert.Contains(VersionOf(path), loaded.Text, StringComparison.Ordinal);
            Assert.Equal(VersionOf(path), (await server.PostAsync("/embed", """{"inputs":"a"}""")).Headers["x-model-version"]);
            // The clients, too, are answered by each before the next one comes.
            int before = answers.GetValueOrDefault(VersionOf(path));
            await Eventually.HoldsAsync(() => !wrong.IsEmpty || answers.GetValueOrDefault(VersionOf(path)) > before + clients.Length);
        }
        await enough.CancelAsync();
        await Task.WhenAll(clients);

        Assert.Empty(wrong.Take(3));
        Assert.Equal(expected.Keys.Order(), answers.Keys.Order());
    }

    [Fact]
    public async Task What_cannot_be_loaded_leaves_the_old_version_and_says_why()
    {
        string file = Path.Combine(_folder, "m.safetensors");
        File.Copy(ShippedModels.Nano, file);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("model", $"m={file}"));
        byte[] bytes = File.ReadAllBytes(ShippedModels.Tagger);
        byte[] damaged = [.. bytes];
        damaged[^100_000] ^= 0x40;
        foreach (byte[] content in (byte[][])[bytes[..(bytes.Length / 2)], [], Encoding.UTF8.GetBytes("not a model")])
        {
            // Overwritten in place while it is served: its weights were copied.
            File.WriteAllBytes(file, content);
            RawAnswer refused = await server.PostAsync("/v2/repository/models/m/load", "{}");
            Assert.True(refused.Status == 400, refused.Text);
            RawAnswer answer = await server.PostAsync("/embed", """{"inputs":"a"}""");
            Assert.Equal((200, VersionOf(ShippedModels.Nano)), (answer.Status, answer.Headers["x-model-version"]));
        }
        File.WriteAllBytes(file, damaged);
        RawAnswer other = await server.PostAsync("/v2/repository/models/m/load", $$$"""{"parameters":{"sha256":"{{{Sha256Of(ShippedModels.Tagger)}}}"}}""");
        Assert.True(other.Status == 400 && other.Text.Contains("SHA-256 is", StringComparison.Ordinal), other.Text);

        using JsonDocument index = JsonDocument.Parse((await server.PostAsync("/v2/repository/index", "{}")).Body);
        Assert.Equal("READY", index.RootElement[0].GetProperty("state").GetString());
        Assert.Contains("SHA-256 is", index.RootElement[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_that_the_new_files_do_not_have_is_found_before_they_are_served()
    {
        string link = LinkTo(ShippedModels.Nano);
        LoopbackServerApp? server = null;
        Exception e = await Assert.ThrowsAnyAsync<Exception>(async () => server = await LoopbackServerApp.StartAsync(("model", $"m={link},prompt=query")));
        Assert.Null(server);
        Assert.Contains("query", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watched_models_are_loaded_anew_once_their_files_stay_the_same()
    {
        string link = LinkTo(ShippedModels.Nano);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("model", $"m={link}"), ("watch", "true"));
        ModelUpdates updates = server.App.Services.GetRequiredService<ModelUpdates>();

        string half = Path.Combine(_folder, "half.safetensors");
        File.WriteAllBytes(half, File.ReadAllBytes(ShippedModels.Tagger)[..100_000]);
        LinkTo(half);
        for (int i = 0; i < 3; i++)
            await updates.LookAsync(TestContext.Current.CancellationToken);
        Assert.Equal(VersionOf(ShippedModels.Nano), (await server.PostAsync("/embed", """{"inputs":"a"}""")).Headers["x-model-version"]);

        LinkTo(ShippedModels.Tagger);
        while ((await server.PostAsync("/embed", """{"inputs":"a"}""")).Headers["x-model-version"] != VersionOf(ShippedModels.Tagger))
            await Task.Delay(50, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_head_is_a_version_of_its_own_and_is_exchanged_with_its_encoder_whichever_comes_first()
    {
        string head = Path.Combine(_folder, Path.GetFileName(ShippedModels.BankingIntents)), encoder = Path.Combine(_folder, Path.GetFileName(ShippedModels.MiniLM));
        File.Copy(ShippedModels.BankingIntents, head);
        File.Copy(ShippedModels.MiniLM, encoder);
        const string question = """{"inputs":"my card has not arrived"}""";
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("model", $"m={head}"), ("watch", "true"));
        ModelUpdates updates = server.App.Services.GetRequiredService<ModelUpdates>();
        RawAnswer first = await server.PostAsync("/predict", question);
        Assert.Equal((200, VersionOf(head)), (first.Status, first.Headers["x-model-version"]));

        // Another encoder in its place is none of the head's: what is served goes on, with the same bits.
        File.WriteAllBytes(encoder, File.ReadAllBytes(ShippedModels.Nano));
        for (int i = 0; i < 3; i++)
            await updates.LookAsync(TestContext.Current.CancellationToken);
        RawAnswer refused = await server.PostAsync("/v2/repository/models/m/load", "{}");
        RawAnswer second = await server.PostAsync("/predict", question);
        Assert.True(refused.Status == 400 && refused.Text.Contains("is a head for another encoder", StringComparison.Ordinal), refused.Text);
        Assert.Equal((first.Text, first.Headers["x-model-version"]), (second.Text, second.Headers["x-model-version"]));

        // A new head that waits for its encoder is loaded when that has come, though its own file is the same since.
        byte[] bytes = File.ReadAllBytes(head);
        bytes[^1] ^= 1; // a bit of a weight
        File.WriteAllBytes(head, bytes);
        for (int i = 0; i < 3; i++)
            await updates.LookAsync(TestContext.Current.CancellationToken);
        Assert.Equal(first.Headers["x-model-version"], (await server.PostAsync("/predict", question)).Headers["x-model-version"]);
        File.Copy(ShippedModels.MiniLM, encoder, overwrite: true);
        while ((await server.PostAsync("/predict", question)).Headers["x-model-version"] != VersionOf(head))
            await Task.Delay(50, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_repository_is_served_by_its_names_and_nothing_outside_of_it_can_be_loaded()
    {
        File.Copy(ShippedModels.Nano, Path.Combine(_folder, "one.safetensors"));
        File.WriteAllText(Path.Combine(_folder, "broken.safetensors"), "no");
        File.WriteAllText(Path.Combine(_folder, "README.md"), "no model");
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("model", $"nano={ShippedModels.Nano}"), ("model-repository", _folder), ("alias", "text-embedding-3-small=one"));

        Assert.Equal("nano", (await server.PostAsync("/embed", """{"inputs":"a"}""")).Headers["x-model"]);
        Assert.Equal("one", (await server.PostAsync("/embed", """{"inputs":"a"}""", ("x-model", "text-embedding-3-small"))).Headers["x-model"]);
        Assert.Equal("one", (await server.PostAsync("/models/one/tei/embed", """{"inputs":"a"}""")).Headers["x-model"]);
        Assert.Equal(200, (await server.GetAsync("/health")).Status);
        Assert.Equal(
            ["nano READY", "broken UNAVAILABLE", "one READY"], await IndexAsync(server));

        File.Copy(ShippedModels.Tagger, Path.Combine(_folder, "late.safetensors"));
        Assert.Equal(404, (await server.PostAsync("/embed", """{"inputs":"a"}""", ("x-model", "late"))).Status);
        Assert.Equal(200, (await server.PostAsync("/v2/repository/models/late/load", "")).Status);
        Assert.Equal(200, (await server.PostAsync("/embed", """{"inputs":"a"}""", ("x-model", "late"))).Status);
        foreach (string name in (string[])["..%2F..%2Fetc%2Fpasswd", "..", ShippedModels.Nano.Replace("/", "%2F", StringComparison.Ordinal), "HooshvareLab%2Falbert-fa-zwnj-base-v2", ".safetensors"])
            Assert.Equal(404, (await server.PostAsync($"/v2/repository/models/{name}/load", "")).Status);
        Assert.Equal(404, (await server.PostAsync("/v2/repository/models/one/reload", "")).Status);
        RawAnswer override_ = await server.PostAsync("/v2/repository/models/one/load", """{"parameters":{"config":"{}"}}""");
        Assert.Equal(400, override_.Status);

        Assert.Equal(200, (await server.PostAsync("/v2/repository/models/one/unload", "")).Status);
        Assert.Equal(404, (await server.PostAsync("/v2/repository/models/one/unload", "")).Status);
        Assert.Equal(404, (await server.PostAsync("/embed", """{"inputs":"a"}""", ("x-model", "one"))).Status);
        await server.App.Services.GetRequiredService<ModelUpdates>().LookAsync(TestContext.Current.CancellationToken);
        await server.App.Services.GetRequiredService<ModelUpdates>().LookAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["nano READY", "broken UNAVAILABLE", "late READY", "one UNAVAILABLE"], await IndexAsync(server));
        Assert.Equal(200, (await server.PostAsync("/v2/repository/models/one/load", "")).Status);
        Assert.Equal(200, (await server.PostAsync("/embed", """{"inputs":"a"}""", ("x-model", "one"))).Status);
    }

    [Fact]
    public async Task A_model_that_does_not_fit_into_memory_is_refused()
    {
        File.Copy(ShippedModels.Nano, Path.Combine(_folder, "small.safetensors"));
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("model", $"nano={ShippedModels.Nano}"), ("model-repository", _folder), ("max-memory", "40MiB"));
        File.Copy(ShippedModels.MiniLM, Path.Combine(_folder, "large.safetensors"));

        RawAnswer refused = await server.PostAsync("/v2/repository/models/large/load", "");

        Assert.True(refused.Status == 400 && refused.Text.Contains($"at most {40 << 20}", StringComparison.Ordinal), refused.Text);
        Assert.Equal(200, (await server.PostAsync("/embed", """{"inputs":"a"}""", ("x-model", "small"))).Status);
    }

    [Fact]
    public async Task Only_administrators_change_models()
    {
        string keys = Path.Combine(_folder, "keys.json");
        File.WriteAllText(keys, $$"""
            [{"name": "user", "sha256": "{{Hash("user")}}"}, {"name": "operator", "sha256": "{{Hash("operator")}}", "admin": true}]
            """);
        await using (LoopbackServerApp server = await LoopbackServerApp.StartAsync(("api-keys", keys)))
        {
            Assert.Equal(401, (await server.PostAsync("/v2/repository/index", "{}")).Status);
            Assert.Equal(403, (await server.PostAsync("/v2/repository/index", "{}", ("x-api-key", "user"))).Status);
            Assert.Equal(403, (await server.PostAsync("/v2/repository/models/nano/unload", "{}", ("x-api-key", "user"))).Status);
            Assert.Equal(200, (await server.PostAsync("/v2/repository/models/nano/load", "{}", ("x-api-key", "operator"))).Status);

            // Another key in the file opens without a restart.
            File.WriteAllText(keys, $$"""[{"name": "late", "sha256": "{{Hash("late")}}"}]""");
            while ((await server.PostAsync("/embed", """{"inputs":"a"}""", ("x-api-key", "late"))).Status != 200)
                await Task.Delay(50, TestContext.Current.CancellationToken);
            Assert.Equal(401, (await server.PostAsync("/embed", """{"inputs":"a"}""", ("x-api-key", "user"))).Status);
        }
        await using LoopbackServerApp open = await LoopbackServerApp.StartAsync(("http", "0"));
        Assert.Equal(403, (await open.PostAsync("/v2/repository/models/nano/unload", "{}")).Status);
        await using LoopbackServerApp local = await LoopbackServerApp.StartAsync();
        Assert.Equal(403, (await local.PostAsync("/v2/repository/models/nano/unload", "{}", ("origin", "http://elsewhere"))).Status);
    }

    private async Task<string[]> IndexAsync(LoopbackServerApp server)
    {
        using JsonDocument index = JsonDocument.Parse((await server.PostAsync("/v2/repository/index", "{}")).Body);
        return [.. index.RootElement.EnumerateArray().Select(model => $"{model.GetProperty("name").GetString()} {model.GetProperty("state").GetString()}")];
    }

    /// <summary>A link that leads to a file, exchanged at once where there is one.</summary>
    private string LinkTo(string target)
    {
        string link = Path.Combine(_folder, "current.safetensors"), next = Path.Combine(_folder, "next");
        File.CreateSymbolicLink(next, target);
        File.Move(next, link, overwrite: true);
        return link;
    }

    private static float[][] VectorsOf(string path)
    {
        using TextEmbedder embedder = TextEmbedder.Load(path, new EmbeddingOptions { Normalize = true }, modelOptions: new() { Threads = 1 });
        return [.. Texts.Select(text => embedder.Embed(text))];
    }

    private static float[][] Vectors(RawAnswer answer)
    {
        using JsonDocument document = JsonDocument.Parse(answer.Body);
        return [.. document.RootElement.EnumerateArray().Select(vector => vector.EnumerateArray().Select(number => number.GetSingle()).ToArray())];
    }

    private static string VersionOf(string path) => Sha256Of(path)[..12];

    private static string Sha256Of(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private static string Hash(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private sealed class VectorComparer : IEqualityComparer<float[]>
    {
        public static VectorComparer Bits { get; } = new();

        public bool Equals(float[]? x, float[]? y) =>
            x is not null && y is not null && x.Select(BitConverter.SingleToInt32Bits).SequenceEqual(y.Select(BitConverter.SingleToInt32Bits));

        public int GetHashCode(float[] obj) => obj.Length;
    }
}
