using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.Tests.Model;

/// <summary>Damaged and hostile configurations end in the one exception, and cost no more memory than four times the file and 1 MB.</summary>
public sealed class ModelConfigFuzzTests
{
    private const int Seed = 20260711;

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        byte[] original = (new ModelConfig() with { Labels = ["NOUN", "VERB", "ADJ"], Architectures = ["AlbertModel"] }).ToJson();
        Random random = new(Seed);
        for (int round = 0; round < 4000; round++)
        {
            byte[] file = original[..(random.Next(4) == 0 ? random.Next(original.Length) : original.Length)];
            for (int change = random.Next(4); change > 0 && file.Length > 0; change--)
            {
                int at = random.Next(file.Length);
                file[at] = random.Next(3) switch
                {
                    0 => (byte)(file[at] ^ (1 << random.Next(8))),
                    1 => (byte)"{}[]:,\"0123456789-.enu\\"[random.Next(23)],
                    _ => (byte)random.Next(256),
                };
            }
            ReadOrRefuse(file);
        }
    }

    [Theory]
    [InlineData("nested")]
    [InlineData("wide array")]
    [InlineData("many keys")]
    [InlineData("many labels")]
    [InlineData("many inverse labels")]
    [InlineData("many architectures")]
    [InlineData("long string")]
    public void Hostile_files_cost_no_more_than_their_size(string kind) => ReadOrRefuse(Encoding.UTF8.GetBytes(kind switch
    {
        "nested" => string.Concat(Enumerable.Repeat("{\"a\":", 100_000)),
        "wide array" => "{\"x\": [" + string.Join(',', Enumerable.Repeat("0", 500_000)) + "]}",
        "many keys" => "{" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"k{i}\": 0")) + "}",
        "many labels" => "{\"id2label\": {" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"{i}\":\"\"")) + "}}",
        "many inverse labels" => "{\"label2id\": {" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"{i}\":{i}")) + "}}",
        "many architectures" => "{\"architectures\": [" + string.Join(',', Enumerable.Repeat("\"\"", 200_000)) + "]}",
        "long string" => "{\"hidden_act\": \"" + new string('x', 1_000_000) + "\"}",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    }));

    private static void ReadOrRefuse(byte[] file)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            ModelConfig.Parse(file, "config.json");
        }
        catch (CheckpointFormatException)
        {
            // What a damaged file should end in; anything else fails the test.
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, (4L * file.Length) + (1 << 20));
    }
}
