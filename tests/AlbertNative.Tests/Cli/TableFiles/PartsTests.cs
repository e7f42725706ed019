using System.Diagnostics;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Cli.TableFiles;

public sealed class PartsTests : IDisposable
{
    private static readonly string[] Complete = ["_SUCCESS", "_albert-run.txt", "part-00000.parquet", "part-00001.parquet", "part-00002.parquet"];

    private readonly TemporaryFolder _folder = new();

    private string Parts => Path.Combine(_folder.Path, "parts");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_that_was_broken_off_goes_on_where_it_was()
    {
        string input = _folder.Write("verses.parquet", File.ReadAllBytes(TableFixtures.Verses));
        CliRun broken = Embed(input, Parts);
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("row 5", broken.Error);
        Assert.Equal(["_albert-run.txt", "part-00000.parquet"], Names());

        // The part that is there is not made again; a process that was killed may have left a file of another name.
        DateTime before = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Path.Combine(Parts, "part-00000.parquet"), before);
        File.WriteAllText(Path.Combine(Parts, "part-00001.parquet.0.partial"), "half");
        string[] record = File.ReadAllLines(Path.Combine(Parts, "_albert-run.txt"));
        File.WriteAllLines(Path.Combine(Parts, "_albert-run.txt"), [.. record, "option --on-error", "option skip"]);
        Assert.Equal(3, Embed(input, Parts, "--on-error", "skip").ExitCode);
        Assert.Equal(Complete, Names());
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(Parts, "part-00000.parquet")));

        string whole = Path.Combine(_folder.Path, "whole.parquet");
        Assert.Equal(3, Embed(input, whole, "--on-error", "skip").ExitCode);
        List<float[]?> vectors = [];
        foreach (string part in Complete.Where(name => name.StartsWith("part", StringComparison.Ordinal)))
            vectors.AddRange(await TableFixtures.ReadVectors(Path.Combine(Parts, part), "embedding"));
        Assert.Equal(await TableFixtures.ReadVectors(whole, "embedding"), vectors);
    }

    [Fact]
    public async Task A_run_whose_process_was_killed_goes_on_with_the_parts_that_are_whole()
    {
        string input = Path.Combine(_folder.Path, "in.arrow");
        (string? Text, string[]? Words)[] texts =
            [.. Enumerable.Range(0, 64).Select(i => ((string?)string.Concat(Enumerable.Repeat($"the king of {i} went up ", 12)), (string[]?)null))];
        TableFixtures.WriteArrow(input, [.. Enumerable.Repeat(texts, 8)]);
        string[] Arguments(string output) => ["embed", "--tokens", "--model", Nano.Path, "--threads", "1", "--input", input, "--output", output];
        using (Process albert = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "albert.dll"), .. Arguments(Parts)]) { RedirectStandardError = true })!)
        {
            KillBehind(Path.Combine(Parts, "part-00000.arrow"), albert);
            await albert.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        Assert.DoesNotContain("_SUCCESS", Names());
        string[] whole = [.. Names().Where(name => name.StartsWith("part", StringComparison.Ordinal) && name.EndsWith(".arrow", StringComparison.Ordinal))];
        Assert.NotEmpty(whole);
        DateTime[] written = [.. whole.Select(name => File.GetLastWriteTimeUtc(Path.Combine(Parts, name)))];

        CliRun resumed = CliRun.Of(Arguments(Parts));
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(written, whole.Select(name => File.GetLastWriteTimeUtc(Path.Combine(Parts, name))));
        string unbroken = Path.Combine(_folder.Path, "unbroken");
        Assert.Equal(0, CliRun.Of(Arguments(unbroken)).ExitCode);
        Assert.Equal(10, Names().Length);
        foreach (string name in Names().Where(name => name.StartsWith("part", StringComparison.Ordinal)))
            Assert.Equal(File.ReadAllBytes(Path.Combine(unbroken, name)), File.ReadAllBytes(Path.Combine(Parts, name)));
    }

    [Fact]
    public void Rows_keep_their_numbers_in_a_run_that_goes_on()
    {
        Embed(TableFixtures.Verses, Parts);
        Assert.Contains("row 5", Embed(TableFixtures.Verses, Parts).Error);
    }

    [Fact]
    public void Parts_of_another_run_are_left_alone()
    {
        string input = _folder.Write("verses.parquet", File.ReadAllBytes(TableFixtures.Verses));
        Embed(input, Parts);
        CliRun options = Embed(input, Parts, "--normalize");
        Assert.Equal(1, options.ExitCode);
        Assert.Contains("holds parts of another run", options.Error);
        Assert.Contains("--normalize", options.Error);

        File.SetLastWriteTimeUtc(input, DateTime.UtcNow.AddHours(1));
        Assert.Contains("holds parts of another run: there \"input", Embed(input, Parts).Error);
        Assert.Equal(["_albert-run.txt", "part-00000.parquet"], Names());
    }

    [Fact]
    public void A_directory_with_other_files_is_left_alone()
    {
        _folder.Write("parts/mine.txt", "mine");
        CliRun run = Embed(TableFixtures.Verses, Parts);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("has other files in it", run.Error);
        Assert.Equal(["mine.txt"], Names());
    }

    // On this thread: where the pool's are busy with other tests, the run might be over before one of them looks.
    private static void KillBehind(string file, Process albert)
    {
        while (!File.Exists(file) && !albert.HasExited)
            Thread.Sleep(1);
        albert.Kill();
    }

    private static CliRun Embed(string input, string output, params string[] options) =>
        CliRun.Of(["embed", "--model", Nano.Path, "--input", input, "--output", output, "--column", "text=verse", .. options]);

    private string[] Names() => [.. Directory.EnumerateFileSystemEntries(Parts).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
