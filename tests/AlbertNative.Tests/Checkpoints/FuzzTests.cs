using System.IO.Compression;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>Good files cut short and with bits flipped, always the same ones: nothing but a refusal may come of it.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 300;

    private static readonly string Folder = CheckpointFixtures.Formats;

    public static TheoryData<string> Files =>
    [
        "safetensors-f32/model.safetensors", "safetensors-f16/model.safetensors",
        "torch-zip/pytorch_model.bin", "torch-legacy/pytorch_model.bin", "torch-views/pytorch_model.bin",
        "torch-nested-module-prefix/pytorch_model.bin", "torch-parameters/pytorch_model.bin", "deflated",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_cut_short_is_refused(string file)
    {
        byte[] bytes = Read(file);
        using TemporaryFolder folder = new();
        Random random = new(2);
        for (int i = 0; i < Rounds; i++)
        {
            // Half of them within the first bytes, where the structure is.
            int length = random.Next(i % 2 == 0 ? bytes.Length : Math.Min(bytes.Length, 9000));
            HostileFile.AssertRefused(folder.Write(NameOf(file), bytes.AsSpan(0, length)), length);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_with_flipped_bits_is_refused_or_still_valid(string file)
    {
        byte[] bytes = Read(file);
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, NameOf(file));
        Random random = new(1);
        for (int i = 0; i < Rounds; i++)
        {
            byte[] damaged = [.. bytes];
            for (int flips = random.Next(1, 8); flips > 0; flips--)
                damaged[Place(random, bytes.Length)] ^= (byte)(1 << random.Next(8));
            HostileFile.AssertHarmless(path, damaged);
        }
    }

    [Fact]
    public void An_index_with_flipped_bits_is_refused_or_still_valid()
    {
        string source = Path.Combine(Folder, "safetensors-sharded");
        using TemporaryFolder folder = new();
        foreach (string shard in Directory.EnumerateFiles(source, "*.safetensors"))
            File.Copy(shard, Path.Combine(folder.Path, Path.GetFileName(shard)));
        byte[] bytes = File.ReadAllBytes(Path.Combine(source, "model.safetensors.index.json"));
        Random random = new(3);
        for (int i = 0; i < Rounds; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            HostileFile.AssertHarmless(Path.Combine(folder.Path, "model.safetensors.index.json"), damaged);
        }
    }

    // The structure of the formats is at the beginning and, of zip, at the end.
    private static int Place(Random random, int length) => random.Next(4) switch
    {
        0 => random.Next(length),
        1 => length - 1 - random.Next(Math.Min(length, 3000)),
        _ => random.Next(Math.Min(length, 9000)),
    };

    private static string NameOf(string file) => file == "deflated" ? "pytorch_model.bin" : Path.GetFileName(file);

    private static byte[] Read(string file)
    {
        if (file != "deflated")
            return File.ReadAllBytes(Path.Combine(Folder, file));
        byte[] noise = new byte[4000];
        new Random(4).NextBytes(noise);
        byte[] pickle = PickleBytes.OneTensor(noise.Length / 4, 0, [noise.Length / 4], [1]);
        return TorchFile.Zip(CompressionLevel.Optimal, ("m/data.pkl", pickle), ("m/data/0", noise));
    }
}
