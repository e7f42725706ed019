using System.Security.Cryptography;
using System.Text;

namespace AlbertNative.Tests.Hub;

/// <summary>A model as the served hub holds it: one commit, named files, some of them in large-file storage.</summary>
internal sealed class FakeModel(string name, string commit)
{
    public const string FirstCommit = "1111111111111111111111111111111111111111";
    public const string SecondCommit = "2222222222222222222222222222222222222222";

    public string Name => name;

    public string Commit => commit;

    public SortedDictionary<string, FakeFile> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>What a full ALBERT repository looks like: both weight formats and what no ALBERT needs.</summary>
    public static FakeModel Albert(string name = "org/albert", string commit = FirstCommit, int seed = 1) => new FakeModel(name, commit)
        .Add("config.json", """{"model_type": "albert"}""")
        .Add("tokenizer_config.json", $$"""{"seed": {{seed}}}""")
        .AddLarge("spiece.model", Bytes(seed + 1, 40_000))
        .AddLarge("model.safetensors", Bytes(seed + 2, 300_000))
        .AddLarge("pytorch_model.bin", Bytes(seed + 3, 1000))
        .AddLarge("tf_model.h5", Bytes(seed + 4, 1000))
        .Add("README.md", "# A model");

    public static byte[] Bytes(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public FakeModel Add(string file, string text)
    {
        Files[file] = new FakeFile(Encoding.UTF8.GetBytes(text), Large: false);
        return this;
    }

    public FakeModel AddLarge(string file, byte[] content)
    {
        Files[file] = new FakeFile(content, Large: true);
        return this;
    }

    public FakeModel Without(params string[] files)
    {
        foreach (string file in files)
            Files.Remove(file);
        return this;
    }
}

/// <summary>A file of a served model, with the hash that the real hub would announce.</summary>
internal sealed record FakeFile(byte[] Content, bool Large)
{
    public string ETag { get; } = Large
        ? Convert.ToHexStringLower(SHA256.HashData(Content))
        : Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {Content.Length}\0"), .. Content]));
}
