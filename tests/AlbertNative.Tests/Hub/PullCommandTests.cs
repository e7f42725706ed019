using System.CommandLine;
using System.Text;
using AlbertNative.Cli;

namespace AlbertNative.Tests.Hub;

public sealed class PullCommandTests
{
    private readonly MemoryStream _output = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task Writes_the_folder_to_the_output_and_what_it_fetched_to_the_error_stream()
    {
        await using FakeHub hub = await FakeHub.StartAsync(FakeModel.Albert());
        string folder = Path.Combine(hub.Folder(), "snapshots", FakeModel.FirstCommit);
        foreach (string[] arguments in new string[][] { ["org/albert"], ["org/albert@v1"], ["org/albert", "--revision", "v1"] })
        {
            _output.SetLength(0);
            Assert.Equal(0, await RunAsync(hub, arguments));
            Assert.Equal(folder + "\n", Encoding.UTF8.GetString(_output.ToArray()));
        }
        Assert.Contains("albert: fetched model.safetensors (300,000 bytes)", _error.ToString());
        Assert.True(File.Exists(Path.Combine(hub.Folder(), "refs", "v1")));
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
        BadInputException e = await Assert.ThrowsAsync<BadInputException>(() => RunAsync(hub, arguments));
        Assert.Contains(message, e.Message);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Equal(0, _output.Length);
    }

    [Fact]
    public void A_path_is_no_name()
    {
        Assert.Equal("./none", ModelPath.Resolve(Terminal(), "./none", TestContext.Current.CancellationToken));
        Assert.Equal(AppContext.BaseDirectory, ModelPath.Resolve(Terminal(), AppContext.BaseDirectory, TestContext.Current.CancellationToken));
    }

    private Task<int> RunAsync(FakeHub hub, string[] arguments) => PullCommand.Create(Terminal(), () => hub.Client())
        .Parse(arguments)
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);

    private Terminal Terminal() => new() { Input = Stream.Null, Output = _output, Error = _error };
}
