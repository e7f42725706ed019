using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Training;

namespace AlbertNative.ParityTests.Training;

/// <summary>Orders of examples as <c>torch.randperm</c> and a real Trainer gave them.</summary>
public sealed class OrderGoldenTests
{
    [Fact]
    public void Permutations_are_PyTorchs()
    {
        string path = SharedFolder.Require("goldens", "training", "orders", "randperm.jsonl.gz");
        int cases = 0;
        foreach (JsonElement golden in GoldenLines.Read(path))
        {
            int[] order = ExampleOrder.Permutation(golden.GetProperty("n").GetInt32(), golden.GetProperty("seed").GetUInt64());
            if (golden.TryGetProperty("order", out JsonElement whole))
                Assert.Equal(whole.Deserialize<int[]>(), order);
            Assert.Equal(golden.GetProperty("sha256").GetString(), Digest(order));
            cases++;
        }
        Assert.NotEqual(0, cases);
    }

    [Fact]
    public void Batches_are_the_Trainers()
    {
        string path = SharedFolder.Require("goldens", "training", "orders", "trainer.jsonl.gz");
        int cases = 0;
        foreach (JsonElement golden in GoldenLines.Read(path))
        {
            int count = golden.GetProperty("n").GetInt32();
            int batch = golden.GetProperty("batch").GetInt32();
            ulong seed = golden.TryGetProperty("data_seed", out JsonElement data) ? data.GetUInt64() : golden.GetProperty("seed").GetUInt64();
            bool dropLast = golden.TryGetProperty("dataloader_drop_last", out JsonElement drop) && drop.GetBoolean();
            List<int[]> batches = [];
            for (int epoch = 0; epoch < golden.GetProperty("epochs").GetInt32(); epoch++)
                batches.AddRange(ExampleOrder.OfEpoch(count, seed, epoch).Chunk(batch).Where(b => !dropLast || b.Length == batch));

            if (golden.TryGetProperty("batches", out JsonElement expected))
                Assert.Equal(expected.Deserialize<int[][]>(), batches);
            else
                Assert.Equal(golden.GetProperty("sha256").GetString(), Digest([.. batches.SelectMany(b => b)]));
            cases++;
        }
        Assert.NotEqual(0, cases);
    }

    private static string Digest(int[] order) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(order)));
}
