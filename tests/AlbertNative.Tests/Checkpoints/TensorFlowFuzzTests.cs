namespace AlbertNative.Tests.Checkpoints;

/// <summary>
/// Good TensorFlow checkpoints cut short and changed, always in the same ways; also with the checksums made right again,
/// so that what lies behind them is reached.
/// </summary>
public sealed class TensorFlowFuzzTests
{
    private const int Rounds = 400;

    private static readonly string Folder = CheckpointFixtures.TensorFlow;

    public static TheoryData<string> Names => ["tf1-google-files-only", "tf1-slices", "tf1-snappy-index", "tf1-many-blocks", "tf1-two-shards-groups"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_changed_index_is_refused_or_still_valid(string name)
    {
        using TemporaryFolder folder = Copy(name, out string index);
        byte[] bytes = File.ReadAllBytes(index);
        long others = Directory.EnumerateFiles(folder.Path).Where(f => f != index).Sum(f => new FileInfo(f).Length);
        Random random = new(1);
        for (int i = 0; i < Rounds; i++)
        {
            byte[] damaged = i % 4 == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
            for (int flips = i % 4 == 0 ? 0 : random.Next(1, 4); flips > 0; flips--)
                damaged[random.Next(damaged.Length)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            if (i % 2 == 1)
                TensorFlowTable.MendChecksums(damaged);
            HostileFile.AssertHarmless(index, damaged, others);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_changed_data_file_is_refused(string name)
    {
        using TemporaryFolder folder = Copy(name, out string index);
        string data = Directory.EnumerateFiles(folder.Path, "*.data-*").Order(StringComparer.Ordinal).First();
        byte[] bytes = File.ReadAllBytes(data);
        Random random = new(2);
        for (int i = 0; i < 40; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(data, i % 4 == 0 ? bytes[..random.Next(bytes.Length)] : damaged);
            HostileFile.AssertRefused(index, 2 * bytes.Length);
        }
    }

    private static TemporaryFolder Copy(string name, out string index)
    {
        TemporaryFolder folder = new();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Folder, name)).Where(f => f.Contains(".ckpt", StringComparison.Ordinal) && !f.EndsWith(".meta", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)));
        index = Directory.EnumerateFiles(folder.Path, "*.index").Single();
        return folder;
    }
}
