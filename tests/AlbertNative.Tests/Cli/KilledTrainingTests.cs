using System.Diagnostics;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Cli;

/// <summary>Training in a process of its own that is killed without warning, and gone on with.</summary>
public sealed class KilledTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_killed_run_that_is_gone_on_with_writes_the_bytes_of_one_that_was_not()
    {
        string data = _folder.Write("train.txt", string.Concat(Enumerable.Repeat("Mary\tB-PER\nwent\tO\nto\tO\nTehran\tB-LOC\n.\tO\n\nThe\tO\nking\tO\nof\tO\nIsrael\tB-LOC\n\n", 8)));
        string whole = Path.Combine(_folder.Path, "whole"), killed = Path.Combine(_folder.Path, "killed");
        string[] Arguments(string output) =>
            ["train", "tag", "--train", data, "--dev", data, "--output", output, "--batch-size", "2", "--max-steps", "48", "--eval-steps", "3", "--learning-rate", "1e-3", "--threads", "1"];
        CliRun run = CliRun.Of(Arguments(whole));
        Assert.True(run.ExitCode == 0, run.Error);

        using (Process albert = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "albert.dll"), .. Arguments(killed), "--json"])
        {
            RedirectStandardOutput = true,
        })!)
        {
            KillBehindCheckpoint(albert, 2);
            await albert.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, albert.ExitCode);
        }
        Assert.False(File.Exists(Path.Combine(killed, "model.safetensors")));
        // As a process leaves it that is killed while it writes.
        Directory.CreateDirectory(Path.Combine(killed, "checkpoint-99.partial"));

        CliRun resumed = CliRun.Of([.. Arguments(killed), "--resume"]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        foreach (string file in Directory.EnumerateFiles(whole, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("README.md", StringComparison.Ordinal)))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(killed, Path.GetRelativePath(whole, file))));
        Assert.Empty(Directory.EnumerateFileSystemEntries(killed, "*.partial", SearchOption.AllDirectories));
    }

    // On this thread: where the pool's are busy with other tests, the run might be over before one of them reads the line.
    private static void KillBehindCheckpoint(Process albert, int number)
    {
        while (number > 0 && albert.StandardOutput.ReadLine() is string line)
            number -= line.StartsWith("{\"event\":\"checkpoint\"", StringComparison.Ordinal) ? 1 : 0;
        albert.Kill();
    }
}
