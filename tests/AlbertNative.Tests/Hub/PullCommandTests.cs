using System.CommandLine;
using System.Text;
using AlbertNative.Cli;

namespace AlbertNative.Tests.Hub;

public sealed class PullCommandTests
{
    private readonly MemoryStream _output = new();
    private readonly StringWriter _error = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_the_folder_to_the_output_and_what_it_fetched_to_the_error_stream()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        string folder = Path.Combine(hub.Folder(), "snapshots", FakeModel.FirstCommit);
        foreach (string[] arguments in new string[][] { ["org/albert"], ["org/albert@v1"], ["org/albert", "--revision", "v1"] })
        {
            _output.SetLength(0);
            Assert.Equal(ExitCode.Success, Run(hub, arguments, Cancel));
            Assert.Equal(folder + "\n", Encoding.UTF8.GetString(_output.ToArray()));
        }
        Assert.Contains("albert: fetched model.safetensors (300,000 bytes)", _error.ToString());
        Assert.True(File.Exists(Path.Combine(hub.Folder(), "refs", "v1")));
    }

    [Fact]
    public async Task At_a_terminal_bars_take_the_place_of_lines()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        Terminal terminal = new() { Input = Stream.Null, Output = _output, Error = _error, ErrorIsTerminal = true };
        int code = new PullCommand(new(terminal, Cancel), () => hub.Options())
            .Parse(["org/albert"])
            .Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        Assert.Equal(ExitCode.Success, code);
        Assert.Equal(Path.Combine(hub.Folder(), "snapshots", FakeModel.FirstCommit) + "\n", Encoding.UTF8.GetString(_output.ToArray()));
        Assert.DoesNotContain("fetched", _error.ToString());
    }

    [Theory]
    [InlineData("has no model 'org/none'", "org/none")]
    [InlineData("no branch, tag or commit 'v9'", "org/albert@v9")]
    [InlineData("twice", "org/albert@v1", "--revision", "v1")]
    [InlineData("'../x' is not a model's name", "../x")]
    [InlineData("'..' is not a revision", "org/albert", "--revision", "..")]
    public async Task What_cannot_be_fetched_is_bad_input_in_one_line(string message, params string[] arguments)
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        Exception e = Assert.ThrowsAny<Exception>(() => Run(hub, arguments, Cancel));
        Assert.True(e is BadInputException or ArgumentException, e.ToString()); // what ends with one line and exit code 1
        Assert.Contains(message, e.Message);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Equal(0, _output.Length);
    }

    [Fact]
    public async Task A_model_that_is_taken_as_it_is_is_said_to_be()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        Assert.Equal(ExitCode.Success, Run(hub, ["org/albert"], Cancel));
        string error = _error.ToString();
        Assert.DoesNotContain("as it is", error);
        Directory.Delete(Path.Combine(hub.Folder(), ".no_exist"), recursive: true);
        PullCommand offline = new(Session(Cancel), () => hub.Options(offline: true));
        Assert.Equal(ExitCode.Success, offline.Parse(["org/albert"]).Invoke());
        string line = Assert.Single(_error.ToString()[error.Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("albert: Offline mode is on", line);
        Assert.Contains("modules.json", line);
    }

    [Fact]
    public void A_path_is_no_name()
    {
        BadInputException e = Assert.Throws<BadInputException>(() => ModelPath.Resolve(Session(Cancel), "./none"));
        Assert.Contains("the folder '.' has no 'none'", e.Message);
        Assert.Equal(AppContext.BaseDirectory, ModelPath.Resolve(Session(Cancel), AppContext.BaseDirectory));
    }

    [Fact]
    public async Task An_interruption_ends_it()
    {
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        hub.Fault = (_, file) =>
        {
            if (file == "model.safetensors")
                interrupt.Cancel();
            return Task.FromResult(false);
        };
        Assert.ThrowsAny<OperationCanceledException>(() => Run(hub, ["org/albert"], interrupt.Token));
        Assert.Equal(0, _output.Length);
    }

    private int Run(FakeHub hub, string[] arguments, CancellationToken cancellationToken) =>
        new PullCommand(Session(cancellationToken), () => hub.Options())
            .Parse(arguments)
            .Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

    private Session Session(CancellationToken cancellationToken) =>
        new(new Terminal { Input = Stream.Null, Output = _output, Error = _error }, cancellationToken);
}
