using System.Diagnostics;
using System.Text.Json;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Samples;

namespace AlbertNative.Tests.Conversion;

/// <summary>The built <c>albert-convert.dll</c> as users run it.</summary>
public sealed class ConverterProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_dry_run_tells_what_would_be_and_writes_nothing()
    {
        (int code, string output, string error) = await Run(OneFile.Nano, At("m.safetensors"), "--quantize", "fp16", "--dry-run");
        Assert.Equal((0, ""), (code, error));
        JsonElement summary = JsonDocument.Parse(output).RootElement;
        Assert.Equal(JsonValueKind.Null, summary.GetProperty("bytes").ValueKind);
        Assert.Equal(At("m.safetensors"), summary.GetProperty("destination").GetString());
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Converts_as_the_library_does()
    {
        (int code, string output, string error) = await Run(OneFile.Nano, At("m.safetensors"), "--quantize", "int8", "--name", "org/nano@v1");
        Assert.Equal((0, ""), (code, error));
        ModelConverter.Convert(OneFile.Nano, At("expected.safetensors"), new() { Storage = AlbertNative.Model.WeightStorage.Int8, SourceName = "org/nano@v1" });
        Assert.Equal(File.ReadAllBytes(At("expected.safetensors")), File.ReadAllBytes(At("m.safetensors")));
        Assert.Equal(new FileInfo(At("m.safetensors")).Length, JsonDocument.Parse(output).RootElement.GetProperty("bytes").GetInt64());
    }

    [Theory]
    [InlineData(AlbertNative.Cli.ExitCode.BadInput, "there is no model none", "none", "m.safetensors")]
    [InlineData(AlbertNative.Cli.ExitCode.Usage, "--quantise", "none", "m.safetensors", "--quantise", "int8")]
    [InlineData(AlbertNative.Cli.ExitCode.Usage, "albert-convert --help", "none")]
    public async Task Ends_with_the_exit_code_of_what_is_wrong(int expected, string message, params string[] arguments)
    {
        (int code, string output, string error) = await Run([.. arguments.Select(argument => argument == "m.safetensors" ? At(argument) : argument)]);
        Assert.Equal((expected, ""), (code, output));
        Assert.Contains(message, error);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using Process process = SampleProcess.Start("albert-convert", arguments);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken), error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await error);
    }

    private string At(string name) => Path.Combine(_folder.Path, name);
}
