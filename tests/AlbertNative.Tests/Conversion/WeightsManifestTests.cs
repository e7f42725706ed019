using System.Security.Cryptography;
using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Conversion;

/// <summary>What ships in <c>weights/</c> is what its manifest says.</summary>
public sealed class WeightsManifestTests
{
    private static readonly string Folder = Path.Combine(SharedFolder.Repository, "weights");

    public static TheoryData<string> Models => [.. Directory.GetFiles(Folder, "*.safetensors").Select(file => Path.GetFileNameWithoutExtension(file))];

    /// <summary>The directory's name is part of the file, as what it was made of.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void What_ships_is_what_the_converter_makes_of_its_directory(string name)
    {
        string source = SharedFolder.Require("models", name), shipped = Path.Combine(Folder, name + ".safetensors");
        Assert.SkipUnless(Directory.Exists(source), $"the reference folder has no {name}");
        string weights = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(source, "model.safetensors"))));
        ConversionOptions options;
        using (ModelFiles files = ModelFiles.Open(shipped))
        {
            Assert.SkipUnless(files.Provenance!.SourceHashes.Contains(weights, StringComparison.Ordinal), $"the reference folder's {name} has other weights");
            options = new() { Storage = files.Provenance.Precision == "int8" ? WeightStorage.Int8All : WeightStorage.Float32, Hold = files.Precision };
        }
        using TemporaryFolder folder = new();
        string again = Path.Combine(folder.Path, "m.safetensors"), named = Path.Combine(folder.Path, "named.safetensors");
        ModelConverter.Convert(source, again, options);
        Assert.Equal(File.ReadAllBytes(shipped), File.ReadAllBytes(again));
        ModelConverter.Convert(source, named, options with { SourceName = "other" });
        Assert.NotEqual(File.ReadAllBytes(shipped), File.ReadAllBytes(named));
    }

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
