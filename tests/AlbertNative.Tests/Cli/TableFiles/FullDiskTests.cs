using System.Diagnostics;
using AlbertNative.Cli;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Cli.TableFiles;

/// <summary>
/// No room for the output: a process whose files the system lets grow to some length alone, which fails as a write to a full disk does.
/// </summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("in.parquet", "out.parquet")]
    [InlineData("in.parquet", "parts")]
    [InlineData("in.arrow", "out.arrow")]
    [InlineData("in.arrows", "parts")]
    public async Task It_ends_the_run_with_a_message_and_leaves_no_half_a_file(string input, string output)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the shell's limits are needed");
        string path = Path.Combine(_folder.Path, input);
        bool isParquet = input.EndsWith(".parquet", StringComparison.Ordinal);
        if (isParquet)
            File.Copy(TableFixtures.Verses, path);
        else
            TableFixtures.WriteArrow(path, [.. Enumerable.Range(0, 8).Select(_ => ((string?)"the king went up", (string[]?)null))]);
        (int code, string error) = await Run(
            ["embed", "--tokens", "--model", Nano.Path, "--input", path, "--output", Path.Combine(_folder.Path, output),
            .. (isParquet ? (string[])["--column", "text=verse", "--on-error", "skip"] : [])]);
        Assert.Equal(1, code);
        Assert.StartsWith("albert: ", error.Split('\n').First(line => !line.Contains("row 5", StringComparison.Ordinal)));
        Assert.Contains("too large for the file system", error);
        Assert.DoesNotContain("damaged", error);
        string[] left = [.. Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file))];
        Assert.Equal(new[] { input }.Concat(output == "parts" ? ["_albert-run.txt"] : []).Order(StringComparer.Ordinal), left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_the_system_says_while_a_file_is_read_is_no_damage_of_it()
    {
        const int NoSpace = 28;
        Assert.Throws<IOException>(() => TableFile.Reading<int>("x.parquet", () => throw new IOException("No space left on device", NoSpace)));
        Assert.Throws<TableException>(() => TableFile.Reading<int>("x.parquet", () => throw new IOException("only 765 out of 834 bytes are available")));
        Assert.Throws<TableException>(() => TableFile.Reading<int>("x.parquet", () => throw new EndOfStreamException()));
    }

    // In blocks of 1,024 bytes. The signal that would end the process is switched off, as a full disk sends none.
    private static async Task<(int Code, string Error)> Run(params string[] arguments)
    {
        using Process albert = Process.Start(new ProcessStartInfo(
            "bash", ["-c", "trap '' XFSZ; ulimit -f 16; exec dotnet \"$@\"", "albert", Path.Combine(AppContext.BaseDirectory, "albert.dll"), .. arguments])
        {
            RedirectStandardError = true,
            // The runtime's own files, of diagnostics and of code that it makes, are not of this test.
            Environment = { ["DOTNET_EnableDiagnostics"] = "0", ["DOTNET_EnableWriteXorExecute"] = "0" },
        })!;
        string error = await albert.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await albert.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (albert.ExitCode, error);
    }
}
