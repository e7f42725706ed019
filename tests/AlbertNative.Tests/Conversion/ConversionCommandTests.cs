using System.Text.Json;
using AlbertNative.Cli;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Cli;

namespace AlbertNative.Tests.Conversion;

public sealed class ConversionCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Converts_and_says_what_was_done()
    {
        CliRun run = CliRun.Of("convert", Path.Combine(OneFile.Formats, "torch-zip"), At("m.safetensors"), "--quantize", "int8", "--name", "org/tiny");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement summary = Assert.Single(run.Lines);
        Assert.Equal(new FileInfo(At("m.safetensors")).Length, summary.GetProperty("bytes").GetInt64());
        Assert.Contains("I8", summary.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetProperty("type").GetString()));
        Assert.NotEmpty(summary.GetProperty("dropped").EnumerateArray());
        using AlbertNative.Model.ModelFiles files = AlbertNative.Model.ModelFiles.Open(At("m.safetensors"));
        Assert.Equal("org/tiny", files.Provenance!.Source);
    }

    [Fact]
    public void A_terminal_gets_a_table_and_a_dry_run_writes_nothing()
    {
        CliRun run = CliRun.AtTerminal("convert", OneFile.Nano, At("m.safetensors"), "--dry-run");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("nothing written", run.Output);
        Assert.Contains("AlbertForPreTraining", run.Output);
        Assert.False(File.Exists(At("m.safetensors")));
    }

    [Fact]
    public void Exports_and_verifies()
    {
        Assert.Equal(0, CliRun.Of("export", OneFile.Nano, At("nano")).ExitCode);
        CliRun run = CliRun.Of("verify", At("nano"));
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(9, run.Lines.Length);
        Assert.Contains("published", CliRun.AtTerminal("verify", At("nano")).Output);
    }

    [Fact]
    public void A_model_that_fails_ends_with_the_checks_names()
    {
        string path = OneFile.Rewrite(OneFile.Nano, At("m.safetensors"), entries => entries["config.json"] = "{}");
        CliRun run = CliRun.Of("verify", path);
        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.EndsWith($"failed model{Environment.NewLine}", run.Error);
        Assert.Equal("failed", run.Lines.Single(line => line.GetProperty("check").GetString() == "model").GetProperty("result").GetString());
    }

    [Theory]
    [InlineData("there is no model none", "convert", "none", "m.safetensors")]
    [InlineData("ends with .safetensors", "convert", "NANO", "m.onnx")]
    [InlineData("there is no model none", "export", "none", "dir")]
    [InlineData("there is no model none", "verify", "none")]
    public void Bad_input_is_one_line(string message, params string[] arguments)
    {
        CliRun run = CliRun.Of([.. arguments.Select(argument => argument switch
        {
            "NANO" => OneFile.Nano,
            "m.safetensors" or "m.onnx" or "dir" => At(argument),
            _ => argument,
        })]);
        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Unknown_forms_are_usage_errors() =>
        Assert.Equal(ExitCode.Usage, CliRun.Of("convert", OneFile.Nano, At("m.safetensors"), "--quantize", "int4").ExitCode);

    private string At(string name) => Path.Combine(_folder.Path, name);
}
