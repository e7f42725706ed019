using System.Security.Cryptography;
using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Conversion;

/// <summary>What ships in <c>weights/</c> is what its manifest says.</summary>
public sealed class WeightsManifestTests
{
    private static readonly string Folder = Path.Combine(SharedFolder.Repository, "weights");

    [Fact]
    public void The_manifest_lists_every_file_as_it_is()
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "manifest.json")));
        List<string> listed = [];
        foreach (JsonElement model in manifest.RootElement.GetProperty("models").EnumerateArray())
        {
            string name = model.GetProperty("file").GetString()!, path = Path.Combine(Folder, name);
            listed.Add(name);
            Assert.Equal(model.GetProperty("size").GetInt64(), new FileInfo(path).Length);
            Assert.Equal(model.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
            Assert.False(string.IsNullOrWhiteSpace(model.GetProperty("licence").GetString()));
            Assert.False(string.IsNullOrWhiteSpace(model.GetProperty("source").GetString()));
            using ModelFiles files = ModelFiles.Open(path);
            Assert.Equal(model.GetProperty("name").GetString(), files.Provenance?.Source);
        }
        Assert.Equal(
            Directory.GetFiles(Folder, "*.safetensors").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal),
            listed.Order(StringComparer.Ordinal));
    }
}
