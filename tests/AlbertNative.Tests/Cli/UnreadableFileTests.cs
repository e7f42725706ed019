using System.Diagnostics;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Cli;

/// <summary>Pipes, devices and directories in place of a model's files: named at once, never waited for.</summary>
public sealed class UnreadableFileTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Files => new(
        "config.json", "tokenizer.json", "spiece.model", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "modules.json", "config_sentence_transformers.json", "sentence_bert_config.json", "1_Pooling/config.json");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public async Task They_are_named(string name)
    {
        string model = Model(name);
        string file = Path.Combine(model, name);
        Directory.CreateDirectory(file);
        await AssertNamed(name, "a directory, expected a file", "embed", "--model", model, "a");
        Directory.Delete(file);
        File.WriteAllBytes(file, []);
        await AssertNamed(name, "an empty file, or a pipe or a device", "embed", "--model", model, "a");
        if (OperatingSystem.IsWindows())
            return;
        File.Delete(file);
        MakePipe(file);
        await AssertNamed(name, "an empty file, or a pipe or a device", "embed", "--model", model, "a");
        await AssertNamed(name, "an empty file, or a pipe or a device", "convert", model, Path.Combine(_folder.Path, "out.safetensors"));
        File.Delete(file);
        File.CreateSymbolicLink(file, "/dev/zero");
        await AssertNamed(name, "an empty file, or a pipe or a device", "embed", "--model", model, "a");
    }

    [Theory]
    [InlineData("tokenize", "tokenizer.json", "--tokenizer", "{0}", "a")]
    [InlineData("tokenize", "spiece.model", "--tokenizer", "{0}", "a")]
    [InlineData("tokenize", "vocab.txt", "--tokenizer", "{0}", "a")]
    [InlineData("tokenize", "spiece.model", "--raw", "--tokenizer", "{0}", "a")]
    [InlineData("bench", "config.json", "--config", "{0}", "--shapes", "1x8")]
    [InlineData("run", "model.safetensors", "--model", "{0}", "--input", "{0}", "--output", "{0}.out")]
    [InlineData("info", "model.safetensors", "{0}")]
    [InlineData("convert", "config.json", "{model}", "{0}.safetensors", "--config", "{0}")]
    public async Task A_pipe_named_on_the_command_line_is_not_waited_for(string command, string name, params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pipes are no files on Windows");
        string pipe = Path.Combine(_folder.Path, name);
        MakePipe(pipe);
        await AssertNamed(name, "a pipe or a device", [command, .. arguments.Select(
            argument => argument.Replace("{0}", pipe, StringComparison.Ordinal).Replace("{model}", Nano.Folder, StringComparison.Ordinal))]);
    }

    [Fact]
    public async Task A_vocabulary_of_wordpiece_that_is_a_pipe_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pipes are no files on Windows");
        MakePipe(Path.Combine(_folder.Path, "vocab.txt"));
        await AssertNamed("vocab.txt", "a pipe or a device", "tokenize", "--tokenizer", _folder.Path, "a");
    }

    private static void MakePipe(string path)
    {
        using Process mkfifo = Process.Start("mkfifo", [path]);
        mkfifo.WaitForExit();
        Assert.Equal(0, mkfifo.ExitCode);
    }

    private static async Task AssertNamed(string name, string fault, params string[] arguments)
    {
        CliRun run = await Task.Run(() => CliRun.Of(arguments)).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(Path.GetFileName(name), run.Error, StringComparison.Ordinal);
        Assert.Contains(fault, run.Error, StringComparison.Ordinal);
    }

    /// <summary>The nano model's directory without this file, and with what makes it be asked for.</summary>
    private string Model(string name)
    {
        _folder.Copy(Nano.Folder, "m");
        string model = Path.Combine(_folder.Path, "m");
        if (name[0] != '1')
            File.Delete(Path.Combine(model, name));
        // Its tokenizer_config.json describes every token, and the two older files are not asked for.
        // It says as well that tokenizer.json is made of spiece.model.
        if (name is "special_tokens_map.json" or "added_tokens.json" or "tokenizer.json")
            File.WriteAllText(Path.Combine(model, "tokenizer_config.json"), "{}");
        if (name is "config_sentence_transformers.json" or "sentence_bert_config.json" or "1_Pooling/config.json")
        {
            Directory.CreateDirectory(Path.Combine(model, "1_Pooling"));
            _folder.Write("m/modules.json",
                """
                [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
                 {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}]
                """);
            if (name[0] != '1')
                _folder.Write("m/1_Pooling/config.json", """{"word_embedding_dimension":192,"pooling_mode_mean_tokens":true}""");
        }
        return model;
    }
}
