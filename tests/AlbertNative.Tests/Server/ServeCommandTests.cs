using System.Text;
using AlbertNative.Cli;

namespace AlbertNative.Tests.Server;

/// <summary><c>albert serve</c>.</summary>
public sealed class ServeCommandTests
{
    [Fact]
    public void Says_where_to_get_the_server_where_there_is_none()
    {
        (int code, string _, string error) = Run(() => null, "--model", "nano=weights/albert-nano.safetensors");

        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("albert-serve is not installed", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Hands_all_that_follows_to_the_server_and_ends_as_it_does()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("needs a shell");
            return;
        }
        string folder = Directory.CreateTempSubdirectory("albert-serve-").FullName;
        string program = Path.Combine(folder, "albert-serve");
        File.WriteAllText(program, $"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{folder}/arguments'\nexit 7\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        (int code, string _, string _) = Run(() => program, "--model", "nano=/x y", "--auto-truncate", "--", "--help");

        Assert.Equal(7, code);
        Assert.Equal("--model\nnano=/x y\n--auto-truncate\n--help\n", File.ReadAllText(Path.Combine(folder, "arguments")));
        Directory.Delete(folder, recursive: true);
    }

    private static (int Code, string Output, string Error) Run(Func<string?> find, params string[] arguments)
    {
        using MemoryStream output = new();
        StringWriter error = new();
        Terminal terminal = new() { Input = Stream.Null, Output = output, Error = error };
        Session session = new(terminal, TestContext.Current.CancellationToken);
        System.CommandLine.RootCommand root = new("test") { new ServeCommand(session, find) };
        int code = CommandLine.Run(root, ["serve", .. arguments], session);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
